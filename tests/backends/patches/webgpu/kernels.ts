import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../../../src/backends';
import { random } from '../../../../src/internal/random';

interface Convolution {
  readonly name: string;
  readonly kernel: 'Conv2D' | 'FusedConv2D' | 'Conv2DBackpropInput' | 'Conv2DBackpropFilter';
  readonly image: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number, number];
  readonly strides: readonly [number, number];
  readonly dilation: number;
  readonly pad: 'same' | 'valid';
}

const convolution = (
  name: string,
  kernel: Convolution['kernel'],
  image: Convolution['image'],
  filter: Convolution['filter'],
  { strides = [1, 1], dilation = 1, pad = 'same' }: Partial<Convolution> = {},
): Convolution => ({ name, kernel, image, filter, strides, dilation, pad });

// Channels in fours and not, one tile and many, large tiles and small, sums that are split and that are not.
const convolutions: Convolution[] = [
  convolution('channels in fours', 'Conv2D', [2, 9, 7, 4], [3, 3, 4, 8]),
  convolution('dilated', 'Conv2D', [1, 12, 9, 4], [3, 3, 4, 8], { dilation: 2 }),
  convolution('strided', 'Conv2D', [2, 9, 7, 4], [3, 2, 4, 8], { strides: [2, 1], pad: 'valid' }),
  convolution('odd channels', 'Conv2D', [2, 9, 7, 3], [3, 3, 3, 5]),
  convolution('large tiles', 'Conv2D', [1, 132, 132, 4], [3, 3, 4, 60]),
  convolution('bias and relu', 'FusedConv2D', [2, 9, 7, 4], [3, 3, 4, 7]),
  convolution('channels in fours', 'Conv2DBackpropInput', [2, 9, 7, 8], [3, 3, 8, 4]),
  convolution('strided, odd channels', 'Conv2DBackpropInput', [2, 9, 7, 3], [3, 2, 3, 5], { strides: [2, 1] }),
  convolution('large tiles', 'Conv2DBackpropInput', [1, 132, 132, 60], [3, 3, 60, 4]),
  convolution('split sums', 'Conv2DBackpropFilter', [3, 20, 20, 4], [3, 3, 4, 8]),
  convolution('strided, odd channels', 'Conv2DBackpropFilter', [1, 9, 7, 3], [3, 2, 3, 5], { strides: [2, 1] }),
  convolution('large tiles', 'Conv2DBackpropFilter', [1, 64, 64, 32], [3, 3, 32, 64]),
];

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function drawn(seed: number, shape: readonly number[]): Float32Array {
  const { uniform } = random(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => uniform(-1, 1));
}

interface Geometry {
  readonly output: [number, number, number, number];
  readonly before: readonly [number, number];
}

/** Output size and padding as TensorFlow defines them. */
function geometryOf({ image, filter, strides, dilation, pad }: Convolution): Geometry {
  const along = (axis: 0 | 1): [number, number] => {
    const covered = (filter[axis] - 1) * dilation + 1;
    const inputs = image[axis + 1];
    if (pad === 'valid') return [Math.ceil((inputs - covered + 1) / strides[axis]), 0];
    const outputs = Math.ceil(inputs / strides[axis]);
    return [outputs, Math.max(0, Math.floor(((outputs - 1) * strides[axis] + covered - inputs) / 2))];
  };
  const [[rows, top], [columns, left]] = [along(0), along(1)];
  return { output: [image[0], rows, columns, filter[3]], before: [top, left] };
}

/** Calls `visit` for every product that a convolution is made of, with the places of its output, pixel and weight. */
function eachProduct(
  { image, filter, strides, dilation }: Convolution,
  { output, before }: Geometry,
  visit: (y: number, x: number, w: number) => void,
): void {
  const [, height, width, channels] = image;
  for (let n = 0; n < output[0]; n++)
    for (let r = 0; r < output[1]; r++)
      for (let c = 0; c < output[2]; c++)
        for (let i = 0; i < filter[0]; i++)
          for (let j = 0; j < filter[1]; j++) {
            const h = r * strides[0] + i * dilation - before[0];
            const v = c * strides[1] + j * dilation - before[1];
            if (h < 0 || h >= height || v < 0 || v >= width) continue;
            const y = ((n * output[1] + r) * output[2] + c) * output[3];
            const x = ((n * height + h) * width + v) * channels;
            const w = (i * filter[1] + j) * channels * output[3];
            for (let k = 0; k < channels; k++)
              for (let o = 0; o < output[3]; o++) visit(y + o, x + k, w + k * output[3] + o);
          }
}

/** How far a kernel is from sums in double precision, in units of the rounding that a sum in single precision may have. */
async function compare(example: Convolution): Promise<number> {
  const { kernel, image, filter, strides, dilation, pad } = example;
  const geometry = geometryOf(example);
  const { output } = geometry;
  const [x, w, dy, bias] = [image, filter, output, [filter[3]]].map((shape, i) => drawn(i + 1, shape));
  const shape = kernel === 'Conv2DBackpropInput' ? image : kernel === 'Conv2DBackpropFilter' ? filter : output;
  const sums = new Float64Array(sizeOf(shape));
  const magnitudes = new Float64Array(sums.length);
  const counts = new Int32Array(sums.length);
  const add = (at: number, a: number, b: number): void => {
    sums[at] += a * b;
    magnitudes[at] += Math.abs(a * b);
    counts[at]++;
  };
  eachProduct(example, geometry, (atY, atX, atW) => {
    if (kernel === 'Conv2DBackpropInput') add(atX, dy[atY], w[atW]);
    else if (kernel === 'Conv2DBackpropFilter') add(atW, dy[atY], x[atX]);
    else add(atY, x[atX], w[atW]);
  });
  const fused = kernel === 'FusedConv2D';
  if (fused) for (let at = 0; at < sums.length; at++) add(at, bias[at % filter[3]], 1);
  const tensors: Record<string, tf.Tensor> = {};
  const hand = (name: string, values: Float32Array, of: readonly number[]): void => {
    tensors[name] = tf.tensor(values, [...of]);
  };
  if (kernel !== 'Conv2DBackpropInput') hand('x', x, image);
  if (kernel !== 'Conv2DBackpropFilter') hand('filter', w, filter);
  if (kernel.includes('Backprop')) hand('dy', dy, output);
  if (fused) hand('bias', bias, [filter[3]]);
  const attrs = { strides: [...strides], pad, dilations: dilation, dataFormat: 'NHWC', activation: 'relu' };
  const shapes = { inputShape: [...image], filterShape: [...filter] };
  const result = tf.engine().runKernel(kernel, tensors, { ...attrs, ...shapes }) as tf.Tensor;
  const got = await result.data();
  tf.dispose([result, ...Object.values(tensors)]);
  if (got.length !== sums.length) return Number.MAX_VALUE;
  return [...got].reduce((worst, value, at) => {
    const expected = fused ? Math.max(0, sums[at]) : sums[at];
    // Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1
    const allowed = (counts[at] + 2) * 2 ** -24 * magnitudes[at] + Number.MIN_VALUE;
    const error = Math.abs(value - expected) / allowed;
    return error <= worst ? worst : Number.isNaN(error) ? Number.MAX_VALUE : error;
  }, 0);
}

const reluGradient = (dy: number[], y: number[]): tf.Tensor =>
  tf.engine().runKernel('ReluGrad', { dy: tf.tensor1d(dy), y: tf.tensor1d(y) }) as tf.Tensor;

/** Kernels whose results on small whole numbers are exact. */
const exact: Record<string, { readonly expected: number[]; readonly compute: () => tf.Tensor }> = {
  'sums over the first axes': {
    expected: [10000, 20000, 30000],
    compute: () => tf.sum(tf.mul(tf.ones([100, 100, 3]), tf.tensor1d([1, 2, 3])), [0, 1]),
  },
  'sums of all values': { expected: [600000], compute: () => tf.sum(tf.fill([300, 400, 5], 1)) },
  'a product with a long sum': {
    expected: [3000, 6000, 3000, 6000],
    compute: () => tf.slice(tf.matMul(tf.ones([90, 3000]), tf.tile(tf.tensor2d([[1, 2]]), [3000, 20])), [0, 0], [2, 2]),
  },
  'the same with bias and relu': {
    expected: [0, 5999],
    compute: () =>
      tf.slice(
        tf.fused.matMul({
          a: tf.ones([90, 3000]),
          b: tf.tile(tf.tensor2d([[-1, 2]]), [3000, 20]),
          bias: tf.fill([40], -1),
          activation: 'relu',
        }),
        [0, 0],
        [1, 2],
      ),
  },
  'a gradient through a ReLU, four at a time': {
    expected: [0, 2, 0, 4, 5, 0, 0, -8],
    compute: () => reluGradient([1, 2, 3, 4, 5, 6, 7, -8], [0, 1, -0, 1e-30, 3, -1, -1e30, 1]),
  },
  'a gradient through a ReLU, one at a time': {
    expected: [0, 2, 3],
    compute: () => reluGradient([1, 2, 3], [-1, 1, 2]),
  },
  'a sum of twenty tensors': {
    expected: [210, 210],
    compute: () => tf.addN(Array.from({ length: 20 }, (_, i) => tf.fill([2], i + 1))),
  },
};

/** How far each kernel is from what it should give: at most 1 where it is right. */
export async function runKernels(): Promise<{ name: string; error: number; left: number }[]> {
  await useBackend('webgpu', { software: true });
  const outcomes: { name: string; error: number; left: number }[] = [];
  const note = async (name: string, measure: () => Promise<number>): Promise<void> => {
    const before = tf.backend().numDataIds();
    const error = await measure();
    outcomes.push({ name, error, left: tf.backend().numDataIds() - before });
  };
  for (const example of convolutions) await note(`${example.kernel}, ${example.name}`, () => compare(example));
  for (const [name, { expected, compute }] of Object.entries(exact)) {
    await note(name, async () => {
      const result = tf.tidy(compute);
      const got = [...(await result.data())];
      result.dispose();
      return got.join() === expected.join() ? 0 : Number.MAX_VALUE;
    });
  }
  return outcomes;
}
