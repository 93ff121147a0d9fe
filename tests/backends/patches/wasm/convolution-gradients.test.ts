import { backend_util, depthwiseConv2d, mul, setBackend, sum, tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerWasmTrainingKernels } from '../../../../src/backends';
import { differenceFromSlopes, expectSameSums, runOn, values } from '../../support';

beforeAll(async () => {
  registerWasmTrainingKernels();
  await setBackend('wasm');
});

type Pad = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];

const size = (max: number) => fc.integer({ min: 1, max });
const pair = (max: number) => fc.tuple(size(max), size(max));
const edge = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
const padding: fc.Arbitrary<Pad> = fc.oneof(
  fc.constant<Pad>('same'),
  fc.constant<Pad>('valid'),
  fc.tuple(edge, edge).map<Pad>(([vertical, horizontal]) => [[0, 0], vertical, horizontal, [0, 0]]),
);
const convolutions = fc
  .record({
    batch: size(3),
    image: pair(9),
    channels: size(5),
    outputs: size(9),
    filter: pair(4),
    strides: pair(3),
    pad: padding,
    seed: fc.nat(),
  })
  .map((c) => {
    const inputShape: [number, number, number, number] = [c.batch, ...c.image, c.channels];
    const filterShape: [number, number, number, number] = [...c.filter, c.channels, c.outputs];
    const { outShape } = backend_util.computeConv2DInfo(inputShape, filterShape, c.strides, 1, c.pad);
    return { ...c, inputShape, filterShape, outShape };
  })
  .filter(({ outShape }) => outShape[1] > 0 && outShape[2] > 0);

describe('gradients of conv2d on wasm', () => {
  it('give the filter gradient of the cpu backend for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async ({ inputShape, filterShape, outShape, strides, pad, seed }) => {
        const x = { data: values(seed, inputShape), shape: inputShape };
        const dy = { data: values(seed + 1, outShape), shape: outShape };
        const attrs = { strides, pad, dataFormat: 'NHWC', filterShape };
        await expectSameSums('Conv2DBackpropFilter', { x, dy }, attrs, outShape[0] * outShape[1] * outShape[2]);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('give the input gradient of the cpu backend for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async ({ inputShape, filterShape, outShape, strides, pad, seed }) => {
        const dy = { data: values(seed, outShape), shape: outShape };
        const filter = { data: values(seed + 1, filterShape), shape: filterShape };
        const attrs = { strides, pad, dataFormat: 'NHWC', inputShape };
        await expectSameSums(
          'Conv2DBackpropInput',
          { dy, filter },
          attrs,
          filterShape[0] * filterShape[1] * outShape[3],
        );
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  it('sum the image over each tap, by hand', async () => {
    // x = 1 2 3 / 4 5 6 / 7 8 9, dy = 1 everywhere: tap (i, j) sums the 2 x 2 corner of x at (i, j).
    const x = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), shape: [1, 3, 3, 1] };
    const dy = { data: new Float32Array(4).fill(1), shape: [1, 2, 2, 1] };
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC', filterShape: [2, 2, 1, 1] };
    expect([...(await runOn('wasm', 'Conv2DBackpropFilter', { x, dy }, attrs))]).toEqual([12, 16, 24, 28]);
  });

  it('carry NaN and infinity to the taps that meet them, and to no other', async () => {
    const data = new Float32Array(9);
    data[0] = Number.NaN;
    data[8] = Number.POSITIVE_INFINITY;
    const x = { data, shape: [1, 3, 3, 1] };
    const dy = { data: new Float32Array(4).fill(1), shape: [1, 2, 2, 1] };
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC', filterShape: [2, 2, 1, 1] };
    const got = await runOn('wasm', 'Conv2DBackpropFilter', { x, dy }, attrs);
    expect([...got]).toEqual([Number.NaN, 0, 0, Number.POSITIVE_INFINITY]);
  });

  it('are zero, or empty, for an empty batch', async () => {
    const x = { data: new Float32Array(0), shape: [0, 3, 3, 2] };
    const dy = { data: new Float32Array(0), shape: [0, 2, 2, 4] };
    const filter = { data: new Float32Array(32).fill(1), shape: [2, 2, 2, 4] };
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC' };
    const forFilter = await runOn('wasm', 'Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape });
    expect([...forFilter]).toEqual(new Array(32).fill(0));
    const forInput = await runOn('wasm', 'Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape });
    expect([...forInput]).toEqual([]);
  });

  it('say that only NHWC is understood', async () => {
    const x = { data: new Float32Array(9), shape: [1, 1, 3, 3] };
    const dy = { data: new Float32Array(4), shape: [1, 1, 2, 2] };
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NCHW', filterShape: [2, 2, 1, 1] };
    await expect(runOn('wasm', 'Conv2DBackpropFilter', { x, dy }, attrs)).rejects.toThrow(
      "Conv2DBackpropFilter on wasm: dataFormat must be 'NHWC', got 'NCHW'.",
    );
  });
});

const depthwise = fc
  .record({
    batch: size(2),
    image: pair(7),
    channels: size(4),
    multiplier: size(3),
    filter: pair(3),
    strides: pair(3),
    pad: padding,
    seed: fc.nat(),
  })
  .map((c) => {
    const inputShape: [number, number, number, number] = [c.batch, ...c.image, c.channels];
    const filterShape: [number, number, number, number] = [...c.filter, c.channels, c.multiplier];
    const { outShape } = backend_util.computeConv2DInfo(inputShape, filterShape, c.strides, 1, c.pad, undefined, true);
    return { ...c, inputShape, filterShape, outShape };
  })
  .filter(({ outShape }) => outShape[1] > 0 && outShape[2] > 0);

describe('gradients of depthwiseConv2d on wasm', () => {
  it('give the filter gradient of the cpu backend for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(depthwise, async ({ inputShape, filterShape, outShape, strides, pad, seed }) => {
        const x = { data: values(seed, inputShape), shape: inputShape };
        const dy = { data: values(seed + 1, outShape), shape: outShape };
        const attrs = { strides, dilations: 1, pad, filterShape };
        const terms = outShape[0] * outShape[1] * outShape[2];
        await expectSameSums('DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrs, terms);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it('give the input gradient of the cpu backend for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(depthwise, async ({ inputShape, filterShape, outShape, strides, pad, seed }) => {
        const dy = { data: values(seed, outShape), shape: outShape };
        const filter = { data: values(seed + 1, filterShape), shape: filterShape };
        const attrs = { strides, dilations: 1, pad, inputShape };
        const terms = filterShape[0] * filterShape[1] * filterShape[3];
        await expectSameSums('DepthwiseConv2dNativeBackpropInput', { dy, filter }, attrs, terms);
      }),
      { numRuns: 100, seed: 4 },
    );
  });
});

describe('gradients of a dilated depthwiseConv2d on wasm', () => {
  // The cpu backend's gradients leave the dilation out, so the expected numbers are the slopes of its forward pass,
  // which is linear in either argument: a step of 1 is exact but for rounding.
  const inputShape: [number, number, number, number] = [2, 6, 5, 2];
  const filterShape: [number, number, number, number] = [3, 2, 2, 2];
  const dyShape = [2, 6, 5, 4];
  const x = values(1, inputShape);
  const filter = values(2, filterShape);
  const dy = values(3, dyShape);
  const attrs = { strides: 1, dilations: [2, 3] as [number, number], pad: 'same' as const };
  const product = (x: Float32Array, filter: Float32Array): number =>
    tidy(() => {
      const y = depthwiseConv2d(
        tensor4d(x, inputShape),
        tensor4d(filter, filterShape),
        attrs.strides,
        attrs.pad,
        'NHWC',
        attrs.dilations,
      );
      return sum(mul(y, tensor(dy, dyShape))).dataSync()[0];
    });

  it('are the slopes of the forward pass in the filter', async () => {
    const inputs = { x: { data: x, shape: inputShape }, dy: { data: dy, shape: dyShape } };
    const got = await runOn('wasm', 'DepthwiseConv2dNativeBackpropFilter', inputs, { ...attrs, filterShape });
    await setBackend('cpu');
    expect(differenceFromSlopes((v) => product(x, v), filter, got, 1)).toBeLessThan(1e-4);
  });

  it('are the slopes of the forward pass in the input', async () => {
    const inputs = { dy: { data: dy, shape: dyShape }, filter: { data: filter, shape: filterShape } };
    const got = await runOn('wasm', 'DepthwiseConv2dNativeBackpropInput', inputs, { ...attrs, inputShape });
    await setBackend('cpu');
    expect(differenceFromSlopes((v) => product(v, filter), x, got, 1)).toBeLessThan(1e-4);
  });
});

const volumes = fc
  .record({
    batch: size(2),
    volume: fc.tuple(size(5), size(5), size(5)),
    channels: size(3),
    outputs: size(4),
    filter: fc.tuple(size(3), size(3), size(3)),
    strides: fc.tuple(size(2), size(2), size(2)),
    pad: fc.constantFrom('same' as const, 'valid' as const),
    seed: fc.nat(),
  })
  .map((c) => {
    const inputShape: [number, number, number, number, number] = [c.batch, ...c.volume, c.channels];
    const filterShape: [number, number, number, number, number] = [...c.filter, c.channels, c.outputs];
    const { outShape } = backend_util.computeConv3DInfo(inputShape, filterShape, c.strides, 1, c.pad);
    return { ...c, inputShape, filterShape, outShape };
  })
  .filter(({ outShape }) => outShape.every((n) => n > 0));

describe('gradients of conv3d on wasm', () => {
  it('give the filter gradient of the cpu backend for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(volumes, async ({ inputShape, filterShape, outShape, strides, pad, seed }) => {
        const x = { data: values(seed, inputShape), shape: inputShape };
        const dy = { data: values(seed + 1, outShape), shape: outShape };
        const terms = outShape[0] * outShape[1] * outShape[2] * outShape[3];
        await expectSameSums('Conv3DBackpropFilterV2', { x, dy }, { strides, pad, filterShape }, terms);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('give the input gradient of the cpu backend for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(volumes, async ({ inputShape, filterShape, outShape, strides, pad, seed }) => {
        const dy = { data: values(seed, outShape), shape: outShape };
        const filter = { data: values(seed + 1, filterShape), shape: filterShape };
        const terms = filterShape[0] * filterShape[1] * filterShape[2] * filterShape[4];
        await expectSameSums('Conv3DBackpropInputV2', { dy, filter }, { strides, pad, inputShape }, terms);
      }),
      { numRuns: 60, seed: 6 },
    );
  });
});
