import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Address, behind, NONE } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { abi } from '../generated/abi';
import { filled } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

/** One dimension of a box: its size and its stride, in elements, on each side of the copy. */
type Axis = readonly [size: number, from: number, to: number];

const stridesOf = (shape: readonly number[]): number[] => shape.map((_, d) => sizeOf(shape.slice(d + 1)));
const numeric = (tensor: TensorInfo): boolean => tensor.dtype === 'float32' || tensor.dtype === 'int32';

/** Copies a box of 32-bit elements, dimensions that lie together on both sides merged into one. */
export function copyBox({ runtime }: SimdBackend, from: Address, to: Address, axes: readonly Axis[]): void {
  const merged: [number, number, number][] = [];
  for (const [size, stepFrom, stepTo] of axes) {
    if (size === 0) return;
    if (size === 1) continue;
    const last = merged.at(-1);
    if (last && last[1] === stepFrom * size && last[2] === stepTo * size)
      merged[merged.length - 1] = [last[0] * size, stepFrom, stepTo];
    else merged.push([size, stepFrom, stepTo]);
  }
  const [inner, stepFrom, stepTo] = merged.pop() ?? [1, 1, 1];
  const rows = sizeOf(merged.map(([size]) => size));
  const { itemElements } = runtime.tuning;
  if (rows === 1 && inner > itemElements && stepFrom === 1 && stepTo === 1) {
    // one long row: cut it, so that threads share it
    const whole = Math.floor(inner / itemElements);
    copyRows(runtime, from, to, whole, itemElements, 1, 1, [[whole, itemElements, itemElements]]);
    const rest = inner - whole * itemElements;
    if (rest)
      copyRows(
        runtime,
        behind(from, whole * itemElements * 4),
        behind(to, whole * itemElements * 4),
        1,
        rest,
        1,
        1,
        [],
      );
    return;
  }
  copyRows(runtime, from, to, rows, inner, stepFrom, stepTo, merged);
}

function copyRows(
  runtime: SimdBackend['runtime'],
  from: Address,
  to: Address,
  rows: number,
  inner: number,
  strideFrom: number,
  strideTo: number,
  axes: readonly Axis[],
): void {
  const block = Math.max(1, Math.floor(runtime.tuning.itemElements / inner));
  runtime.dispatch(abi.copyBox, { from, to, rows, inner, strideFrom, strideTo, block, axes }, Math.ceil(rows / block));
}

const transpose: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (!numeric(x)) return undefined;
  const perm = attrs.perm as unknown as number[];
  const shape = perm.map((d) => x.shape[d]);
  const strides = stridesOf(x.shape);
  const outStrides = stridesOf(shape);
  const from = backend.address(x);
  const out = backend.output(shape, x.dtype);
  const to = backend.address(out);
  const moved = perm.filter((d) => x.shape[d] !== 1);
  const rank = moved.length;
  // [.., a, b] to [.., b, a], with a and b groups of axes that stay together, is a transposition of matrices
  for (let split = 1; split < rank; split++) {
    for (let batch = 0; batch < split; batch++) {
      const sorted = moved.toSorted((p, q) => p - q);
      const swapped = [...sorted.slice(0, batch), ...sorted.slice(split), ...sorted.slice(batch, split)];
      if (!swapped.every((d, i) => d === moved[i])) continue;
      const rows = sizeOf(sorted.slice(batch, split).map((d) => x.shape[d]));
      const cols = sizeOf(sorted.slice(split).map((d) => x.shape[d]));
      const count = sizeOf(sorted.slice(0, batch).map((d) => x.shape[d]));
      const itemsPerMatrix = Math.ceil(rows / 32);
      const args = { from, to, rows, cols, itemsPerMatrix };
      backend.runtime.run(
        abi.transposeRows,
        args,
        count * itemsPerMatrix,
        rows * cols * count < backend.runtime.tuning.itemElements,
      );
      return out;
    }
  }
  copyBox(
    backend,
    from,
    to,
    perm.map((d, i) => [shape[i], strides[d], outStrides[i]] as const),
  );
  return out;
};

const slice: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (!numeric(x)) return undefined;
  const [begin, size] = slice_util.parseSliceParams(
    x as never,
    attrs.begin as unknown as number[],
    attrs.size as unknown as number[],
  );
  slice_util.assertParamsValid(x as never, begin, size);
  const strides = stridesOf(x.shape);
  const outStrides = stridesOf(size);
  const start = begin.reduce((sum, b, d) => sum + b * strides[d], 0);
  const from = behind(backend.address(x), start * 4);
  const out = backend.output(size, x.dtype);
  copyBox(
    backend,
    from,
    backend.address(out),
    size.map((n, d) => [n, strides[d], outStrides[d]] as const),
  );
  return out;
};

const concat: Kernel = ({ backend, inputs, attrs }) => {
  const all = Object.values(inputs) as TensorInfo[];
  const first = all[0];
  if (!numeric(first) || all.some((tensor) => tensor.dtype !== first.dtype)) return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, first.shape)[0];
  const shapes = all.map((tensor) => tensor.shape);
  backend_util.assertParamsConsistent(shapes, axis);
  const shape = backend_util.computeOutShape(shapes, axis);
  const addresses = all.map((tensor) => (sizeOf(tensor.shape) === 0 ? NONE : backend.address(tensor)));
  const pitch = sizeOf(shape.slice(axis));
  const outer = sizeOf(shape.slice(0, axis));
  const write = (start: Address) => {
    let to = start;
    all.forEach((tensor, i) => {
      const width = sizeOf(tensor.shape.slice(axis));
      copyBox(backend, addresses[i], to, [
        [outer, width, pitch],
        [width, 1, 1],
      ]);
      to = behind(to, width * 4);
    });
  };
  // a convolution may read two images where they are
  if (shape.length === 4 && axis === 3 && all.length === 2 && allFloat(first) && !addresses.includes(NONE)) {
    const [one, two] = addresses as [Address, Address];
    const firstChannels = first.shape[3];
    if (firstChannels % 4 === 0 && shape[3] % 4 === 0)
      return backend.defer(shape, { kind: 'joined', first: one, second: two, firstChannels }, addresses, write);
  }
  const out = backend.output(shape, first.dtype);
  write(backend.address(out));
  return out;
};

const pad: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (!allFloat(x)) return undefined;
  const paddings = attrs.paddings as unknown as [number, number][];
  const shape = x.shape.map((size, d) => paddings[d][0] + size + paddings[d][1]);
  const from = backend.address(x);
  const out = filled(backend, shape, attrs.constantValue as number);
  const outStrides = stridesOf(shape);
  const strides = stridesOf(x.shape);
  const start = paddings.reduce((sum, [before], d) => sum + before * outStrides[d], 0);
  copyBox(
    backend,
    from,
    behind(backend.address(out), start * 4),
    x.shape.map((size, d) => [size, strides[d], outStrides[d]] as const),
  );
  return out;
};

const tile: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (!numeric(x)) return undefined;
  const reps = attrs.reps as unknown as number[];
  const shape = x.shape.map((size, d) => size * reps[d]);
  const strides = stridesOf(x.shape);
  const outStrides = stridesOf(shape);
  const from = backend.address(x);
  const out = backend.output(shape, x.dtype);
  copyBox(
    backend,
    from,
    backend.address(out),
    x.shape.flatMap((size, d) => [
      [reps[d], 0, outStrides[d] * size] as const,
      [size, strides[d], outStrides[d]] as const,
    ]),
  );
  return out;
};

const reverse: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (!numeric(x) || sizeOf(x.shape) === 0) return undefined;
  const dims = new Set(util.parseAxisParam(attrs.dims as unknown as number[], x.shape));
  const strides = stridesOf(x.shape);
  const from = backend.address(x);
  const start = strides.reduce((sum, stride, d) => sum + (dims.has(d) ? stride * (x.shape[d] - 1) : 0), 0);
  const out = backend.output(x.shape, x.dtype);
  copyBox(
    backend,
    behind(from, start * 4),
    backend.address(out),
    x.shape.map((size, d) => [size, dims.has(d) ? -strides[d] : strides[d], strides[d]] as const),
  );
  return out;
};

const split: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (!numeric(x)) return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0];
  const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits as unknown as number[], axis);
  const outer = sizeOf(x.shape.slice(0, axis));
  const pitch = sizeOf(x.shape.slice(axis));
  let from = backend.address(x);
  return sizes.map((size) => {
    const shape = x.shape.slice();
    shape[axis] = size;
    const width = sizeOf(shape.slice(axis));
    const out = backend.output(shape, x.dtype);
    copyBox(backend, from, backend.address(out), [
      [outer, pitch, width],
      [width, 1, 1],
    ]);
    from = behind(from, width * 4);
    return out;
  });
};

/** Copies between layouts. */
export const layoutKernels: Readonly<Record<string, Kernel>> = {
  Transpose: transpose,
  Slice: slice,
  SplitV: split,
  Concat: concat,
  PadV2: pad,
  Tile: tile,
  Reverse: reverse,
};
