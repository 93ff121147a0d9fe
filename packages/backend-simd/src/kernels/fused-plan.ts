import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ACTIVATION, type Activation, UNARY, type Unary } from '../generated/abi';
import { allFloat, type Call, sizeOf } from './kernel';

const IN_TILE: Record<string, Activation> = { linear: ACTIVATION.none, relu: ACTIVATION.relu, relu6: ACTIVATION.relu6 };

/** Adds a bias and applies an activation as the fused kernels name it; `undefined` where only the cpu kernel can. */
export function fusedPlan(
  call: Call,
  filters: number,
): { tile: Activation; after?: Unary | undefined; alpha: number; bias?: TensorInfo | undefined } | undefined {
  const { activation, leakyreluAlpha } = call.attrs as {
    activation?: string | undefined;
    leakyreluAlpha?: number | undefined;
  };
  const bias = call.inputs.bias ?? undefined;
  if (bias && (!allFloat(bias) || sizeOf(bias.shape) !== filters)) return undefined;
  const name = activation ?? 'linear';
  const tile = IN_TILE[name];
  const after = { elu: UNARY.elu, sigmoid: UNARY.sigmoid, leakyrelu: UNARY.leakyRelu }[name];
  if (tile === undefined && after === undefined) return undefined;
  return { tile: tile ?? ACTIVATION.none, after, alpha: leakyreluAlpha ?? 0.2, bias };
}
