import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Address, NONE, type WasmKernel } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { abi, type ColumnMomentsArguments } from '../generated/abi';
import { allFloat, type Kernel, sizeOf } from './kernel';

/** A tensor as [outer, rows, columns]: columns are channels, or neighbouring pixels' channels where one pixel has few. */
interface View {
  readonly outer: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

function viewOf(outer: number, shape: readonly number[]): View {
  const channels = shape.at(-1)!;
  let rows = sizeOf(shape) / channels / outer;
  let columns = channels;
  while (columns < 16 && rows % 2 === 0) {
    columns *= 2;
    rows /= 2;
  }
  return { outer, rows, columns, channels };
}

/** Numbers of a chunk of rows that stays in the first-level cache between two passes. */
const MOST_CHUNK_ELEMENTS = 8192;

/** What a kernel gives for each chunk of rows: two numbers a column. The caller frees it. */
function runChunks<Extra extends object>(
  { runtime }: SimdBackend,
  kernel: WasmKernel<ColumnMomentsArguments & Extra>,
  { outer, rows, columns }: View,
  x: Address,
  extra: Extra,
): { parts: Address; chunk: number; chunks: number } {
  const chunk = Math.max(1, Math.floor(MOST_CHUNK_ELEMENTS / columns));
  const chunks = Math.ceil(rows / chunk);
  const parts = runtime.heap.allocate(outer * chunks * columns * 8);
  const args = { x, to: parts, rows, columns, chunk, chunks, ...extra };
  runtime.run(kernel, args, outer * chunks, outer * rows * columns < runtime.tuning.itemElements);
  return { parts, chunk, chunks };
}

/** Mean and variance of each group of neighbouring channels, [outer, groups]. */
function moments(backend: SimdBackend, from: Address, view: View, groups: number): [Float64Array, Float64Array] {
  const { outer, rows, columns, channels } = view;
  const { heap, memory } = backend.runtime;
  const { parts, chunk, chunks } = runChunks(backend, abi.columnMoments, view, from, {});
  const values = new Float32Array(memory.buffer, parts, outer * chunks * columns * 2);
  const per = channels / groups;
  const means = new Float64Array(outer * groups);
  const variances = new Float64Array(outer * groups);
  const total = rows * (columns / channels) * per;
  for (const pass of [0, 1]) {
    for (let item = 0; item < outer * chunks; item++) {
      const o = Math.floor(item / chunks);
      const count = Math.min(chunk, rows - (item - o * chunks) * chunk) / total;
      const at = item * columns * 2;
      for (let c = 0; c < columns; c++) {
        const g = o * groups + Math.floor((c % channels) / per);
        const mean = values[at + c];
        if (pass === 0) means[g] += count * mean;
        else variances[g] += values[at + columns + c] / total + count * (mean - means[g]) ** 2;
      }
    }
  }
  heap.release(parts);
  return [means, variances];
}

/** Sums of dy and of dy times the deviation of x from the means [outer, groups], each [outer, channels]. */
function products(
  backend: SimdBackend,
  from: Address,
  dy: Address,
  view: View,
  means: ArrayLike<number>,
): [Float64Array, Float64Array] {
  const { outer, columns, channels } = view;
  const { heap, memory } = backend.runtime;
  const per = (channels * outer) / means.length;
  const table = heap.allocate(outer * columns * 4);
  new Float32Array(memory.buffer, table, outer * columns).forEach((_, i, all) => {
    all[i] = means[Math.floor(i / columns) * (channels / per) + Math.floor((i % channels) / per)];
  });
  const { parts, chunks } = runChunks(backend, abi.columnProducts, view, from, { dy, means: table });
  const values = new Float32Array(memory.buffer, parts, outer * chunks * columns * 2);
  const sums = new Float64Array(outer * channels);
  const along = new Float64Array(outer * channels);
  for (let item = 0; item < outer * chunks; item++) {
    const o = Math.floor(item / chunks) * channels;
    const at = item * columns * 2;
    for (let c = 0; c < columns; c++) {
      sums[o + (c % channels)] += values[at + c];
      along[o + (c % channels)] += values[at + columns + c];
    }
  }
  heap.release(parts);
  heap.release(table);
  return [sums, along];
}

/** What takes a deviation from `mean` to the result, and `share` of dy. */
type Affine = (
  outer: number,
  channel: number,
) => readonly [mean: number, factor: number, offset: number, share: number];

function affine({ runtime }: SimdBackend, x: Address, out: Address, dy: Address, view: View, of: Affine): void {
  const { outer, rows, columns, channels } = view;
  const { heap, memory } = runtime;
  const table = heap.allocate(outer * columns * 16);
  const values = new Float32Array(memory.buffer, table, outer * columns * 4);
  for (let o = 0; o < outer; o++) {
    for (let channel = 0; channel < channels; channel++) {
      const numbers = of(o, channel);
      for (let c = channel; c < columns; c += channels) {
        for (let i = 0; i < 4; i++) values[(o * 4 + i) * columns + c] = numbers[i];
      }
    }
  }
  const { itemElements } = runtime.tuning;
  const block = Math.max(1, Math.floor(itemElements / columns));
  const blocks = Math.ceil(rows / block);
  const args = { x, out, rows, columns, block, blocks, dy, table };
  runtime.run(abi.affineColumns, args, outer * blocks, outer * rows * columns < itemElements);
  heap.release(table);
}

/** Normalization of x [outer, ..., channels] within each outer index and group of neighbouring channels; mean and variance too. */
const normalize: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const { outer, groups, epsilon } = attrs as unknown as { outer: number; groups: number; epsilon: number };
  const view = viewOf(outer, x.shape);
  const from = backend.address(x);
  const [means, variances] = moments(backend, from, view, groups);
  const out = backend.output(x.shape, 'float32');
  const mean = backend.output([outer, groups], 'float32');
  const variance = backend.output([outer, groups], 'float32');
  backend.view(mean).set(means);
  backend.view(variance).set(variances);
  const gamma = backend.view(inputs.gamma!);
  const beta = backend.view(inputs.beta!);
  const per = view.channels / groups;
  affine(backend, from, backend.address(out), NONE, view, (o, channel) => {
    const g = o * groups + Math.floor(channel / per);
    return [means[g], gamma[channel] / Math.sqrt(variances[g] + epsilon), beta[channel], 0];
  });
  return [out, mean, variance];
};

/** Its gradients by x, gamma and beta. */
const normalizeGrad: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const { outer, groups, epsilon } = attrs as unknown as { outer: number; groups: number; epsilon: number };
  const view = viewOf(outer, x.shape);
  const { channels } = view;
  const from = backend.address(x);
  const gradient = backend.address(inputs.dy!);
  const means = backend.view(inputs.mean!);
  const inverse = Float64Array.from(backend.view(inputs.variance!), (v) => 1 / Math.sqrt(v + epsilon));
  const [sums, along] = products(backend, from, gradient, view, means);
  const gamma = backend.view(inputs.gamma!);
  const per = channels / groups;
  const perGroup = new Float64Array(outer * groups);
  const alongGroup = new Float64Array(outer * groups);
  const dGamma = backend.output([channels], 'float32');
  const dBeta = backend.output([channels], 'float32');
  const gammas = new Float64Array(channels);
  const betas = new Float64Array(channels);
  const count = (sizeOf(x.shape) / channels / outer) * per;
  for (let o = 0; o < outer; o++) {
    for (let channel = 0; channel < channels; channel++) {
      const g = o * groups + Math.floor(channel / per);
      const sum = sums[o * channels + channel];
      const aligned = along[o * channels + channel] * inverse[g];
      betas[channel] += sum;
      gammas[channel] += aligned;
      perGroup[g] += (gamma[channel] * sum) / count;
      alongGroup[g] += (gamma[channel] * aligned) / count;
    }
  }
  backend.view(dGamma).set(gammas);
  backend.view(dBeta).set(betas);
  const out = backend.output(x.shape, 'float32');
  affine(backend, from, backend.address(out), gradient, view, (o, channel) => {
    const g = o * groups + Math.floor(channel / per);
    const i = inverse[g];
    return [means[g], -i * i * alongGroup[g], -i * perGroup[g], i * gamma[channel]];
  });
  return [out, dGamma, dBeta];
};

const fusedBatchNorm: Kernel = ({ backend, inputs, attrs }) => {
  const { x, mean, variance, scale, offset } = inputs as Record<string, TensorInfo | undefined>;
  const given = [mean!, variance!, ...(scale ? [scale] : []), ...(offset ? [offset] : [])];
  const channels = x!.shape.at(-1) ?? 1;
  if (!allFloat(x!, ...given) || given.some(({ shape }) => sizeOf(shape) !== channels) || sizeOf(x!.shape) === 0)
    return undefined;
  const epsilon = (attrs.varianceEpsilon as number | undefined) ?? 0.001;
  const [means, variances] = [backend.view(mean!), backend.view(variance!)];
  const [scales, offsets] = [scale, offset].map((tensor) => tensor && backend.view(tensor));
  const from = backend.address(x!);
  const out = backend.output(x!.shape, 'float32');
  affine(backend, from, backend.address(out), NONE, viewOf(1, x!.shape), (_, channel) => {
    const factor = (scales?.[channel] ?? 1) / Math.sqrt(variances[channel] + epsilon);
    return [means[channel], factor, offsets?.[channel] ?? 0, 0];
  });
  return out;
};

/** Normalization with given moments. */
export const normKernels: Readonly<Record<string, Kernel>> = { FusedBatchNorm: fusedBatchNorm };

/** Kernels for layers of tfjs-multitask, which no other backend has: they take floats, and at least one. */
export const ownNormKernels: Readonly<Record<string, Kernel>> = {
  GroupNormalize: normalize,
  GroupNormalizeGrad: normalizeGrad,
};
