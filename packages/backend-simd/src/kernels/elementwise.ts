import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Address } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import {
  abi,
  BINARY,
  type Binary,
  BROADCAST,
  COMPARISON,
  type Comparison,
  SOURCE,
  UNARY,
  type Unary,
} from '../generated/abi';
import { broadcastPlan } from './broadcast';
import { allFloat, type Kernel, sizeOf } from './kernel';

/** Functions that cost many times a copy, so that smaller tensors are worth sharing. */
const COSTLY = new Set<Unary>([UNARY.sigmoid, UNARY.exp, UNARY.log, UNARY.elu, UNARY.tanh]);

/** Applies a function to `count` floats; the two addresses may be the same. */
export function runUnary(
  { runtime }: SimdBackend,
  from: Address,
  to: Address,
  count: number,
  op: Unary,
  alpha = 0,
  beta = 0,
): void {
  const { itemElements } = runtime.tuning;
  const block = COSTLY.has(op) ? itemElements / 4 : itemElements;
  runtime.dispatch(abi.unary, { from, to, count, op, block, alpha, beta }, Math.ceil(count / block));
}

function unary(op: Unary, alpha?: string, beta?: string, preset = 0): Kernel {
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

/** Combines two tensors with broadcasting into a new one. */
export function runBinary(backend: SimdBackend, a: TensorInfo, b: TensorInfo, op: Binary): TensorInfo {
  const { runtime } = backend;
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const fromA = backend.address(a);
  const fromB = backend.address(b);
  const out = backend.output(shape, 'float32');
  const size = sizeOf(shape);
  if (size === 0) return out;
  const { inner, broadcast, axes } = broadcastPlan(a.shape, b.shape, shape);
  const rows = size / inner;
  const { itemElements } = runtime.tuning;
  const block = rows === 1 ? itemElements : Math.max(1, Math.floor(itemElements / inner));
  const args = { a: fromA, b: fromB, to: backend.address(out), op, rows, inner, broadcast, block, axes };
  runtime.dispatch(abi.binary, args, Math.ceil((rows === 1 ? inner : rows) / block));
  return out;
}

function binary(op: Binary, first = 'a', second = 'b'): Kernel {
  return ({ backend, inputs }) => {
    const a = inputs[first]!;
    const b = inputs[second]!;
    return allFloat(a, b) ? runBinary(backend, a, b, op) : undefined;
  };
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

function comparison(op: Comparison): Kernel {
  return ({ backend, inputs }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    if (!allFloat(a, b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const size = sizeOf(shape);
    const broadcast = sameShape(a.shape, b.shape)
      ? BROADCAST.none
      : sizeOf(a.shape) === 1 && sizeOf(b.shape) === size
        ? BROADCAST.a
        : sizeOf(b.shape) === 1 && sizeOf(a.shape) === size
          ? BROADCAST.b
          : undefined;
    if (broadcast === undefined) return undefined;
    const fromA = backend.address(a);
    const fromB = backend.address(b);
    const out = backend.output(shape, 'bool');
    const { itemElements } = backend.runtime.tuning;
    const args = { a: fromA, b: fromB, to: backend.address(out), op, count: size, block: itemElements, broadcast };
    backend.runtime.dispatch(abi.comparison, args, Math.ceil(size / itemElements));
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
  const addresses = { condition: backend.address(condition), a: backend.address(t), b: backend.address(e) };
  const out = backend.output(t.shape, 'float32');
  const size = sizeOf(t.shape);
  const { itemElements } = backend.runtime.tuning;
  const args = { ...addresses, to: backend.address(out), count: size, block: itemElements };
  backend.runtime.dispatch(abi.selectFloats, args, Math.ceil(size / itemElements));
  return out;
};

/** A float tensor of the numbers of a tensor of integers or booleans. */
export function toFloat(backend: SimdBackend, x: TensorInfo): TensorInfo {
  const from = backend.address(x);
  const out = backend.output(x.shape, 'float32');
  const count = sizeOf(x.shape);
  const source = x.dtype === 'bool' ? SOURCE.bytes : SOURCE.integers;
  const { itemElements } = backend.runtime.tuning;
  const args = { from, to: backend.address(out), count, source, block: itemElements };
  backend.runtime.run(abi.toFloat, args, Math.ceil(count / itemElements));
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
  const count = sizeOf(shape);
  const block = backend.runtime.tuning.itemElements * 4;
  backend.runtime.run(abi.fill, { to: backend.address(out), count, value, block }, Math.ceil(count / block));
  return out;
}

const fill: Kernel = ({ backend, attrs }) => {
  const { shape, value, dtype } = attrs as unknown as {
    shape: number[];
    value: number | string;
    dtype?: string | undefined;
  };
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
  let sum = runBinary(backend, tensors[0], tensors[1], BINARY.add);
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
  Greater: comparison(COMPARISON.greater),
  GreaterEqual: comparison(COMPARISON.greaterEqual),
  Less: comparison(COMPARISON.less),
  LessEqual: comparison(COMPARISON.lessEqual),
  Equal: comparison(COMPARISON.equal),
  NotEqual: comparison(COMPARISON.notEqual),
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
