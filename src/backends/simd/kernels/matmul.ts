import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend';
import { KERNEL } from '../board';
import { ALONE, computeDirect, type TapTable } from './conv-tiles';
import { fusedPlan } from './conv2d';
import { runUnary } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

const ONE_TAP: TapTable = { run: 1, groups: [[0, 0]], order: [0] };

interface Product {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A matrix product is a convolution of one row of pixels by a filter of one tap. */
function multiply(
  backend: SimdBackend,
  { a, b, transposeA, transposeB }: Product,
  bias: TensorInfo | undefined,
  activation: number,
): TensorInfo {
  const { runtime } = backend;
  const [aRows, aCols] = a.shape.slice(-2) as [number, number];
  const [bRows, bCols] = b.shape.slice(-2) as [number, number];
  const m = transposeA ? aCols : aRows;
  const depth = transposeA ? aRows : aCols;
  const n = transposeB ? bRows : bCols;
  if (depth !== (transposeB ? bCols : bRows)) {
    throw new Error(
      `Error in matMul: inner shapes (${depth}) and (${transposeB ? bCols : bRows}) of Tensors with shapes ${a.shape} and ` +
        `${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
  }
  const batchA = sizeOf(a.shape.slice(0, -2));
  const batchB = sizeOf(b.shape.slice(0, -2));
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const batch = sizeOf(outer);
  let rows = backend.address(a);
  const filter = backend.address(b);
  const biasAt = bias ? backend.address(bias) : 0;
  const out = backend.output([...outer, m, n], 'float32');
  const to = backend.address(out);
  let turned = 0;
  if (transposeA && m > 1 && depth > 1) {
    turned = runtime.heap.allocate(batchA * m * depth * 4);
    const per = Math.ceil(aRows / 32);
    runtime.ints.set([rows, turned, aRows, aCols, per]);
    runtime.run(KERNEL.transposeRows, batchA * per, batchA * m * depth < ALONE);
    rows = turned;
  }
  try {
    for (let i = 0; i < batch; i++) {
      computeDirect(backend, {
        x: rows + Math.min(i, batchA - 1) * m * depth * 4,
        out: to + i * m * n * 4,
        filter: filter + Math.min(i, batchB - 1) * depth * n * 4,
        flip: transposeB,
        bias: biasAt,
        activation,
        batch: 1,
        height: 1,
        width: m,
        depth,
        rows: 1,
        cols: m,
        maps: n,
        stepY: 1,
        stepX: 1,
        table: ONE_TAP,
        outHeight: 1,
        outWidth: m,
        outStepY: 1,
        outStepX: 1,
        outY: 0,
        outX: 0,
      });
    }
  } finally {
    if (turned) runtime.heap.free(turned);
  }
  return out;
}

/** Products that the kernels take: floats, and batches that are equal or of one matrix (others need strided walks). */
function productOf({ inputs, attrs }: Parameters<Kernel>[0]): Product | undefined {
  const a = inputs.a!;
  const b = inputs.b!;
  const batchA = sizeOf(a.shape.slice(0, -2));
  const batchB = sizeOf(b.shape.slice(0, -2));
  if (!allFloat(a, b) || (batchA !== batchB && batchA !== 1 && batchB !== 1)) return undefined;
  return { a, b, transposeA: attrs.transposeA === true, transposeB: attrs.transposeB === true };
}

const batchMatMul: Kernel = (call) => {
  const product = productOf(call);
  return product && multiply(call.backend, product, undefined, 0);
};

const fusedMatMul: Kernel = (call) => {
  const { backend } = call;
  const product = productOf(call);
  if (!product) return undefined;
  const { b, transposeB } = product;
  const plan = fusedPlan(call, b.shape[b.shape.length - (transposeB ? 2 : 1)]!);
  if (!plan) return undefined;
  const out = multiply(backend, product, plan.bias, plan.tile);
  if (plan.after !== undefined)
    runUnary(backend, backend.address(out), backend.address(out), sizeOf(out.shape), plan.after, plan.alpha);
  return out;
};

/** Matrix products, each factor transposed or not. */
export const matmulKernels: Readonly<Record<string, Kernel>> = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul };
