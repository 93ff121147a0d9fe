import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { KERNEL } from '../abi/board';
import type { SimdBackend } from '../backend';
import { broadcastPlan } from './broadcast';
import { allFloat, GRAIN, type Kernel, sizeOf } from './kernel';

/** Numbers of the functions of one tensor, as in wasm/elementwise.as. */
export const UNARY = {
  relu: 0,
  relu6: 1,
  sigmoid: 2,
  exp: 3,
  log: 4,
  sqrt: 5,
  square: 6,
  neg: 7,
  abs: 8,
  step: 9,
  clip: 10,
  leakyRelu: 11,
  elu: 12,
  tanh: 13,
  rsqrt: 14,
  reciprocal: 15,
  floor: 16,
  ceil: 17,
  round: 18,
} as const;

/** Functions that cost many times a copy, so that smaller tensors are worth sharing. */
const COSTLY = new Set<number>([UNARY.sigmoid, UNARY.exp, UNARY.log, UNARY.elu, UNARY.tanh]);

/** Applies a function to `count` floats; the two addresses may be the same. */
export function runUnary(
  { runtime }: SimdBackend,
  from: number,
  to: number,
  count: number,
  op: number,
  alpha = 0,
  beta = 0,
): void {
  const block = COSTLY.has(op) ? GRAIN / 4 : GRAIN;
  runtime.ints.set([from, to, count, op, block]);
  runtime.floats[5] = alpha;
  runtime.floats[6] = beta;
  runtime.leave(KERNEL.unary, Math.ceil(count / block));
}

function unary(op: number, alpha?: string, beta?: string, preset = 0): Kernel {
  return ({ backend, inputs, attrs }) => {
    const x = inputs.x!;
    if (!allFloat(x)) return undefined;
    const from = backend.address(x);
    const out = backend.output(x.shape, 'float32');
    const number = (name?: string) => (name === undefined ? 0 : ((attrs[name] as number | undefined) ?? preset));
    runUnary(backend, from, backend.address(out), sizeOf(x.shape), op, number(alpha), number(beta));
    return out;
  };
}

/** Numbers of the functions of two tensors. */
export const BINARY = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  max: 4,
  min: 5,
  squaredDifference: 6,
  eluGrad: 7,
  prelu: 8,
  reluGrad: 9,
} as const;

/** Combines two tensors with broadcasting into a new one. */
export function runBinary(backend: SimdBackend, a: TensorInfo, b: TensorInfo, op: number): TensorInfo {
  const { runtime } = backend;
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const fromA = backend.address(a);
  const fromB = backend.address(b);
  const out = backend.output(shape, 'float32');
  const size = sizeOf(shape);
  if (size === 0) return out;
  const { inner, mode, outer } = broadcastPlan(a.shape, b.shape, shape);
  const rows = size / inner;
  const block = rows === 1 ? GRAIN : Math.max(1, Math.floor(GRAIN / inner));
  runtime.ints.set([fromA, fromB, backend.address(out), op, rows, inner, mode, 0, block, outer.length]);
  outer.forEach((entry, d) => {
    runtime.ints.set(entry, 16 + 3 * d);
  });
  runtime.leave(KERNEL.binary, Math.ceil((rows === 1 ? inner : rows) / block));
  return out;
}

function binary(op: number, first = 'a', second = 'b'): Kernel {
  return ({ backend, inputs }) => {
    const a = inputs[first]!;
    const b = inputs[second]!;
    return allFloat(a, b) ? runBinary(backend, a, b, op) : undefined;
  };
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

function comparison(op: number): Kernel {
  return ({ backend, inputs }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    if (!allFloat(a, b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const size = sizeOf(shape);
    const mode = sameShape(a.shape, b.shape)
      ? 0
      : sizeOf(a.shape) === 1 && sizeOf(b.shape) === size
        ? 1
        : sizeOf(b.shape) === 1 && sizeOf(a.shape) === size
          ? 2
          : -1;
    if (mode < 0) return undefined;
    const fromA = backend.address(a);
    const fromB = backend.address(b);
    const out = backend.output(shape, 'bool');
    backend.runtime.ints.set([fromA, fromB, backend.address(out), op, size, GRAIN, mode]);
    backend.runtime.leave(KERNEL.comparison, Math.ceil(size / GRAIN));
    return out;
  };
}

const select: Kernel = ({ backend, inputs }) => {
  const condition = inputs.condition!;
  const t = inputs.t!;
  const e = inputs.e!;
  if (
    !allFloat(t, e) ||
    condition.dtype !== 'bool' ||
    !sameShape(condition.shape, t.shape) ||
    !sameShape(t.shape, e.shape)
  )
    return undefined;
  const addresses = [backend.address(condition), backend.address(t), backend.address(e)];
  const out = backend.output(t.shape, 'float32');
  const size = sizeOf(t.shape);
  backend.runtime.ints.set([...addresses, backend.address(out), size, GRAIN]);
  backend.runtime.leave(KERNEL.select, Math.ceil(size / GRAIN));
  return out;
};

/** A float tensor of the numbers of a tensor of integers or booleans. */
export function toFloat(backend: SimdBackend, x: TensorInfo): TensorInfo {
  const from = backend.address(x);
  const out = backend.output(x.shape, 'float32');
  const size = sizeOf(x.shape);
  backend.runtime.ints.set([from, backend.address(out), size, x.dtype === 'bool' ? 0 : 1, GRAIN]);
  backend.runtime.run(KERNEL.toFloat, Math.ceil(size / GRAIN));
  return out;
}

const cast: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  if (attrs.dtype === 'int32' && x.dtype === 'bool') {
    // the cpu backend calls the same bytes integers, which ours would then read four at a time
    const integers = backend.output(x.shape, 'int32');
    backend.view(integers).set(backend.view(x));
    return integers;
  }
  if (attrs.dtype !== 'float32' || (x.dtype !== 'bool' && x.dtype !== 'int32')) return undefined;
  return toFloat(backend, x);
};

/** Fills a new float tensor. */
export function filled(backend: SimdBackend, shape: readonly number[], value: number): TensorInfo {
  const out = backend.output(shape, 'float32');
  const size = sizeOf(shape);
  backend.runtime.ints.set([backend.address(out), size]);
  backend.runtime.floats[2] = value;
  backend.runtime.ints[3] = GRAIN * 4;
  backend.runtime.run(KERNEL.fill, Math.ceil(size / (GRAIN * 4)));
  return out;
}

const fill: Kernel = ({ backend, attrs }) => {
  const { shape, value, dtype } = attrs as unknown as { shape: number[]; value: number | string; dtype?: string };
  if (typeof value !== 'number' || (dtype !== undefined && dtype !== 'float32')) return undefined;
  return filled(backend, shape, value);
};

const like =
  (value: number): Kernel =>
  ({ backend, inputs }) =>
    inputs.x!.dtype === 'float32' ? filled(backend, inputs.x!.shape, value) : undefined;

const addN: Kernel = ({ backend, inputs }) => {
  const tensors = Object.values(inputs) as TensorInfo[];
  if (!allFloat(...tensors) || tensors.length < 2) return undefined;
  let sum = runBinary(backend, tensors[0]!, tensors[1]!, BINARY.add);
  for (const tensor of tensors.slice(2)) {
    const next = runBinary(backend, sum, tensor, BINARY.add);
    backend.disposeIntermediateTensorInfo(sum);
    sum = next;
  }
  return sum;
};

/** Arithmetic and functions of single elements. */
export const elementwiseKernels: Readonly<Record<string, Kernel>> = {
  Relu: unary(UNARY.relu),
  Relu6: unary(UNARY.relu6),
  Sigmoid: unary(UNARY.sigmoid),
  Exp: unary(UNARY.exp),
  Log: unary(UNARY.log),
  Sqrt: unary(UNARY.sqrt),
  Square: unary(UNARY.square),
  Neg: unary(UNARY.neg),
  Abs: unary(UNARY.abs),
  Step: unary(UNARY.step, 'alpha'),
  ClipByValue: unary(UNARY.clip, 'clipValueMin', 'clipValueMax'),
  LeakyRelu: unary(UNARY.leakyRelu, 'alpha'),
  Elu: unary(UNARY.elu),
  Tanh: unary(UNARY.tanh),
  Rsqrt: unary(UNARY.rsqrt),
  Reciprocal: unary(UNARY.reciprocal),
  Floor: unary(UNARY.floor),
  Ceil: unary(UNARY.ceil),
  Round: unary(UNARY.round),
  Add: binary(BINARY.add),
  Sub: binary(BINARY.sub),
  Multiply: binary(BINARY.mul),
  RealDiv: binary(BINARY.div),
  Maximum: binary(BINARY.max),
  Minimum: binary(BINARY.min),
  SquaredDifference: binary(BINARY.squaredDifference),
  EluGrad: binary(BINARY.eluGrad, 'dy', 'y'),
  Prelu: binary(BINARY.prelu, 'x', 'alpha'),
  Greater: comparison(0),
  GreaterEqual: comparison(1),
  Less: comparison(2),
  LessEqual: comparison(3),
  Equal: comparison(4),
  NotEqual: comparison(5),
  Select: select,
  Cast: cast,
  Fill: fill,
  ZerosLike: like(0),
  OnesLike: like(1),
  AddN: addN,
};

/** A kernel for the convolutions of tfjs-multitask, which TensorFlow.js has no name for. */
export const ownElementwiseKernels: Readonly<Record<string, Kernel>> = {
  ReluGrad: binary(BINARY.reluGrad, 'dy', 'y'),
};
