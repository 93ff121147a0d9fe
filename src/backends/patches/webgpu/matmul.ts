import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';
import { runWebgpuKernel, webgpuKernel } from './kernel';
import { splitsFor } from './splits';
import { addRows } from './sum';
import { type Factor, multiplyTiled } from './tiled-product';

interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Activations that are kernels of their own, by the name that fused kernels have for them. */
const ACTIVATIONS: Readonly<Record<string, string>> = { relu: 'Relu', relu6: 'Relu6', elu: 'Elu', sigmoid: 'Sigmoid' };

/** A factor that lies in memory as a matrix; `innerLast` where its summands do so side by side. */
function matrix(X: 'A' | 'B', name: string, tensor: TensorInfo, innerLast: boolean): Factor {
  const count = X === 'A' ? 'uniforms.sizes.x' : 'uniforms.sizes.y';
  const at = innerLast ? 'outer.x * uniforms.sizes.z + inner.x' : `inner.x * ${count} + outer.x`;
  return {
    name,
    tensor,
    along: innerLast ? 'inner' : 'outer',
    fours: tensor.shape[tensor.shape.length - 1] % 4 === 0,
    code: `
  fn outer${X}(i : i32) -> vec4<i32> { return vec4<i32>(i); }
  fn inner${X}(k : i32) -> vec4<i32> { return vec4<i32>(k); }
  fn at${X}(outer : vec4<i32>, inner : vec4<i32>) -> i32 {
    if (outer.x >= ${count} || inner.x >= uniforms.sizes.z) { return -1; }
    return ${at};
  }`,
  };
}

/** The sizes of a product that the official kernel would split among workgroups which add in any order. */
function longSum(a: TensorInfo, b: TensorInfo, { transposeA, transposeB }: MatMulAttrs) {
  const [rows, inner] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  const single = [a, b].every(({ shape }) => util.sizeFromShape(shape.slice(0, -2)) === 1);
  const splits = splitsFor(rows, columns, inner);
  return single && inner >= 2000 && splits > 1 ? { rows, columns, inner, splits } : undefined;
}

function multiplySplit(
  backend: OfficialBackend,
  { a, b }: { readonly a: TensorInfo; readonly b: TensorInfo },
  { transposeA, transposeB }: MatMulAttrs,
  { rows, columns, inner, splits }: NonNullable<ReturnType<typeof longSum>>,
): TensorInfo {
  const parts = multiplyTiled(backend, {
    key: `matMul_${transposeA}_${transposeB}`,
    rows,
    columns,
    inner,
    left: matrix('A', 'a', a, !transposeA),
    right: matrix('B', 'b', b, transposeB),
    outputShape: [splits, rows, columns],
    uniforms: '',
    uniformValues: [],
    splits,
  });
  const shape = [...(a.shape.length > b.shape.length ? a : b).shape.slice(0, -2), rows, columns];
  const product = addRows(backend, parts, splits, shape);
  backend.disposeData(parts.dataId);
  return product;
}

/** Products with long sums: the same numbers every time, unlike the official kernel's. */
export const batchMatMul = webgpuKernel<'a' | 'b', MatMulAttrs>(
  'BatchMatMul',
  ({ inputs, attrs, backend }, official) => {
    const sizes = longSum(inputs.a, inputs.b, attrs);
    return sizes === undefined ? official() : multiplySplit(backend, inputs, attrs, sizes);
  },
);

/** The same with a bias and an activation. */
export const fusedMatMul = webgpuKernel<'a' | 'b' | 'bias', MatMulAttrs & { readonly activation?: string }>(
  '_FusedMatMul',
  ({ inputs, attrs, backend }, official) => {
    const { activation = 'linear' } = attrs;
    const sizes = longSum(inputs.a, inputs.b, attrs);
    if (sizes === undefined || !(activation === 'linear' || activation in ACTIVATIONS)) return official();
    let result = multiplySplit(backend, inputs, attrs, sizes);
    const then = (next: TensorInfo): void => {
      backend.disposeData(result.dataId);
      result = next;
    };
    if (inputs.bias != null) then(runWebgpuKernel(backend, 'Add', { a: result, b: inputs.bias }));
    if (activation !== 'linear') then(runWebgpuKernel(backend, ACTIVATIONS[activation], { x: result }));
    return result;
  },
);
