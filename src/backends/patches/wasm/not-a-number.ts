import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { hasNaN, hasNonFinite } from '../shared/not-a-number';
import { replaceOfficial } from '../shared/replace-official';
import { floats, runWasmKernel, type WasmBackend, zeros } from './kernel';

// Many of the backend's kernels limit what they return to a range, at least [-Infinity, Infinity], in a way that turns
// NaN into the lower end: a model whose weights are NaN then predicts numbers. The kernels here keep NaN.

interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: WasmBackend;
}

/** Runs the official kernel, with other inputs or attributes. */
type Official = (changed?: Partial<Pick<Call, 'inputs' | 'attrs'>>) => TensorInfo;

/** Registers a kernel in the place of the official one for calls whose inputs are all float tensors. */
export function replaceForFloats(kernelName: string, compute: (call: Call, official: Official) => TensorInfo): void {
  replaceOfficial('wasm', kernelName, (given, run) => {
    const call = given as unknown as Call;
    const official: Official = (changed) => run({ ...given, ...(changed as object) }) as TensorInfo;
    const areFloats = Object.values(call.inputs).every((input) => input == null || input.dtype === 'float32');
    return areFloats ? compute(call, official) : official();
  });
}

/** Limits each value; NaN stays NaN. */
function limit(backend: WasmBackend, x: TensorInfo, low: number, high: number): TensorInfo {
  const result = zeros(backend, x.shape);
  const from = floats(backend, x);
  const to = floats(backend, result);
  for (let i = 0; i < from.length; i++) to[i] = Math.min(Math.max(from[i], low), high);
  return result;
}

/** Puts NaN where `where` says so. */
function markNaN(values: Float32Array, where: (i: number) => boolean): void {
  for (let i = 0; i < values.length; i++) if (where(i)) values[i] = Number.NaN;
}

/** The kernels for what a fused convolution does last. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
};

/**
 * A convolution whose inputs are finite is the official one. Elsewhere its activation is applied to what it returns with
 * none, in which minus infinity stands for NaN.
 */
function keepNaNOfConvolution({ inputs, attrs, backend }: Call, official: Official): TensorInfo {
  const { x, filter, bias } = inputs;
  const given = [x, filter, bias].filter((input) => input != null);
  if (!given.some((input) => hasNonFinite(floats(backend, input)))) return official();
  const result = official({ attrs: { ...attrs, activation: 'linear' } });
  const values = floats(backend, result);
  markNaN(values, (i) => values[i] === Number.NEGATIVE_INFINITY);
  const activation = ACTIVATIONS[String(attrs.activation)];
  if (activation === undefined) return result;
  const activated = runWasmKernel(backend, activation, { x: result }, { alpha: attrs.leakyreluAlpha });
  backend.disposeData(result.dataId);
  return activated;
}

/** The official kernel keeps NaN of its first input alone. */
function keepNaNOfBoth({ inputs: { a, b }, backend }: Call, official: Official): TensorInfo {
  if (!hasNaN(floats(backend, b))) return official();
  const result = official();
  const swapped = official({ inputs: { a: b, b: a } });
  const other = floats(backend, swapped);
  markNaN(floats(backend, result), (i) => Number.isNaN(other[i]));
  backend.disposeData(swapped.dataId);
  return result;
}

/** Registers kernels that keep NaN for convolutions, limits and the larger or smaller of two. */
export function keepNaN(): void {
  for (const kernelName of ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D']) {
    replaceForFloats(kernelName, keepNaNOfConvolution);
  }
  for (const kernelName of ['Maximum', 'Minimum']) replaceForFloats(kernelName, keepNaNOfBoth);
  replaceForFloats('Relu6', ({ inputs: { x }, backend }) => limit(backend, x, 0, 6));
  replaceForFloats('ClipByValue', ({ inputs: { x }, attrs, backend }) =>
    limit(backend, x, attrs.clipValueMin as number, attrs.clipValueMax as number),
  );
}
