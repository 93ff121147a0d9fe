import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { behind, NONE } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { ACTIVATION, type Activation, abi } from '../generated/abi';
import { type ConvGeometry, computeDirect, makeTable } from './conv-tiles';
import { runUnary } from './elementwise';
import { fusedPlan } from './fused-plan';
import { allFloat, type Kernel, sizeOf } from './kernel';

const ONE_TAP = makeTable(1, [[0, 0]], [0]);

interface Product {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Which matrix of a batch belongs to each matrix of the batch it is broadcast to, both shapes aligned at their ends. */
function matrices(batch: readonly number[], to: readonly number[]): number[] {
  let places = [0];
  to.forEach((size, d) => {
    const own = batch[d - to.length + batch.length] ?? 1;
    places = places.flatMap((place) => Array.from({ length: size }, (_, i) => place * own + (own === 1 ? 0 : i)));
  });
  return places;
}

/** A matrix product is a convolution of one row of pixels by a filter of one tap. */
function multiply(
  backend: SimdBackend,
  { a, b, transposeA, transposeB }: Product,
  bias: TensorInfo | undefined,
  activation: Activation,
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
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const placesA = matrices(a.shape.slice(0, -2), outer);
  const placesB = matrices(b.shape.slice(0, -2), outer);
  let rows = backend.address(a);
  const filter = backend.address(b);
  const biasAt = bias ? backend.address(bias) : NONE;
  const out = backend.output([...outer, m, n], 'float32');
  const to = backend.address(out);
  let turned = NONE;
  if (transposeA && m > 1 && depth > 1) {
    turned = runtime.heap.allocate(batchA * m * depth * 4);
    const itemsPerMatrix = Math.ceil(aRows / 32);
    const args = { from: rows, to: turned, rows: aRows, cols: aCols, itemsPerMatrix };
    runtime.run(
      abi.transposeRows,
      args,
      batchA * itemsPerMatrix,
      batchA * m * depth < runtime.tuning.leastSharedProducts,
    );
    rows = turned;
  }
  const geometry: ConvGeometry = {
    batch: 1,
    height: 1,
    width: m,
    channels: depth,
    rows: 1,
    cols: m,
    filters: n,
    stepY: 1,
    stepX: 1,
    table: ONE_TAP,
    outHeight: 1,
    outWidth: m,
    outStepY: 1,
    outStepX: 1,
    outY: 0,
    outX: 0,
  };
  try {
    for (let i = 0; i < placesA.length; i++) {
      computeDirect(backend, geometry, {
        x: behind(rows, placesA[i] * m * depth * 4),
        out: behind(to, i * m * n * 4),
        filter: behind(filter, placesB[i] * depth * n * 4),
        flip: transposeB,
        bias: biasAt,
        activation,
      });
    }
  } finally {
    if (turned) runtime.heap.release(turned);
  }
  return out;
}

/** Products that the kernels take: of floats. The cpu backend's kernel says what is wrong with vectors. */
function productOf({ inputs, attrs }: Parameters<Kernel>[0]): Product | undefined {
  const a = inputs.a!;
  const b = inputs.b!;
  if (!allFloat(a, b) || a.shape.length < 2 || b.shape.length < 2) return undefined;
  return { a, b, transposeA: attrs.transposeA === true, transposeB: attrs.transposeB === true };
}

const batchMatMul: Kernel = (call) => {
  const product = productOf(call);
  return product && multiply(call.backend, product, undefined, ACTIVATION.none);
};

const fusedMatMul: Kernel = (call) => {
  const { backend } = call;
  const product = productOf(call);
  if (!product) return undefined;
  const { b, transposeB } = product;
  const plan = fusedPlan(call, b.shape[b.shape.length - (transposeB ? 2 : 1)]);
  if (!plan) return undefined;
  const out = multiply(backend, product, plan.bias, plan.tile);
  if (plan.after !== undefined)
    runUnary(backend, backend.address(out), backend.address(out), sizeOf(out.shape), plan.after, plan.alpha);
  return out;
};

/** Matrix products, each factor transposed or not. */
export const matmulKernels: Readonly<Record<string, Kernel>> = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul };
