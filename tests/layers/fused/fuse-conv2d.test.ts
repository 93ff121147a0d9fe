import {
  div,
  memory,
  moments,
  mul,
  randomNormal,
  relu,
  setBackend,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
  valueAndGrads,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { input, layers } from '@tensorflow/tfjs-layers';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../../../src/internal/tape';
import { fuseConv2d } from '../../../src/layers/fused/fuse-conv2d';
import '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

const CASES = [
  { filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' },
  { filters: 3, kernelSize: 2, padding: 'same', activation: 'linear' },
  { filters: 4, kernelSize: 3, padding: 'valid', strides: 2, activation: 'relu', useBias: false },
  { filters: 2, kernelSize: [1, 3], padding: 'same', strides: [2, 1], useBias: true },
  { filters: 3, kernelSize: 3, padding: 'same', activation: 'elu' },
] as const;

const images = () => randomNormal([2, 7, 6, 3], 0, 1, 'float32', 1) as Tensor;

/** The layer with weights that the same seeds give for every layer. */
function built(layer: layers.Layer): layers.Layer {
  layer.apply(input({ shape: [7, 6, 3] }));
  layer.setWeights(layer.getWeights().map(({ shape }, i) => randomNormal(shape, 0, 1, 'float32', 10 + i) as Tensor));
  return layer;
}

/** Value, then gradients of its sum weighted by random factors by input and weights. */
function derivatives(layer: layers.Layer, x: Tensor): number[][] {
  return tidy(() => {
    const factors = (y: Tensor) => randomNormal(y.shape, 0, 1, 'float32', 3);
    const loss = (image: Tensor) => {
      const y = layer.apply(image) as Tensor;
      return sum(mul(y, factors(y)));
    };
    const value = layer.apply(x) as Tensor;
    const { grads: byInput } = valueAndGrads(loss)([x]);
    const weights = layer.trainableWeights.map((weight) => weight.read() as Variable);
    const { grads: byWeight } = variableGrads(() => loss(x) as never, weights);
    return [value, ...byInput, ...weights.map(({ name }) => byWeight[name])].map((t) => Array.from(t.dataSync()));
  });
}

const conv2d = (args: Parameters<typeof layers.conv2d>[0]) => fuseConv2d(layers.conv2d(args));

describe.each(['cpu', 'simd'])('fuseConv2d on %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'simd') await registerSimdBackend({ threads: 2 });
    await setBackend(backend);
  });
  afterAll(() => setBackend('cpu'));

  it.each(CASES)('gives what the layer of tfjs gives, and its gradients: %o', (args) => {
    const x = images();
    const [own, theirs] = [built(conv2d(args as never)), built(layers.conv2d(args as never))];
    const [actual, expected] = [derivatives(own, x), derivatives(theirs, x)];
    expect(actual.map((values) => values.length)).toEqual(expected.map((values) => values.length));
    for (const [i, values] of expected.entries()) {
      for (const [j, value] of values.entries()) expect(Math.abs(actual[i][j] - value)).toBeLessThan(2e-5);
    }
    x.dispose();
    own.dispose();
    theirs.dispose();
  });

  it('keeps its input, filter and output for the backward pass, and a ReLU behind a normalization its output alone', () => {
    const layer = built(conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }));
    const x = images();
    const kept = (forward: () => Tensor): number => {
      const before = memory().numDataBuffers;
      const { value, tape } = record(forward);
      value.dispose();
      const buffers = memory().numDataBuffers - before;
      tape.dispose();
      expect(memory().numDataBuffers).toBe(before);
      return buffers;
    };
    expect(kept(() => layer.apply(x) as Tensor)).toBe(1); // x and the filter exist already
    const normalize = () => {
      const { mean, variance } = moments(x);
      return div(sub(x, mean), variance);
    };
    const bare = kept(normalize);
    expect(kept(() => square(relu(normalize()))) - bare).toBe(1);
    x.dispose();
    layer.dispose();
  });

  it('leaves no tensor but its output, and none in training', async () => {
    const layer = built(conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }));
    const x = images();
    await expectNoLeak(() => void layer.apply(x), 1);
    await expectNoLeak(() => void derivatives(layer, x));
    x.dispose();
    layer.dispose();
  });
});

it('is saved as the standard layer', () => {
  const args = { name: 'maps', filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const [own, theirs] = [conv2d(args), layers.conv2d(args)];
  expect(own.getClassName()).toBe('Conv2D');
  expect(own.getConfig()).toEqual(theirs.getConfig());
});

it.each([{ dilationRate: 2 }, { dataFormat: 'channelsFirst' }, { activation: 'softplus' }] as const)(
  'leaves a layer as it was that it cannot compute: %o',
  (args) => {
    const layer = layers.conv2d({ filters: 3, kernelSize: 3, ...args });
    const { call } = layer;
    expect(fuseConv2d(layer).call).toBe(call);
  },
);
