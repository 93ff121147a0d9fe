import {
  add,
  dispose,
  div,
  minimum,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  sqrt,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../../internal/layer-weights';
import { hasFusedAdam, stepFusedAdam, type WeightGradient } from './fused-adam';
import { sumAll } from './sum-all';

/** Turns gradients into steps of the optimizer. */
export interface Updater {
  /** The variables that gradients are wanted for. */
  variables(): Variable[];
  /** Makes a step of the optimizer with the gradients, and disposes them. */
  apply(gradients: NamedTensorMap): void;
  /** True where a step of the optimizer is one kernel, which does all or nothing. */
  appliesWhole(): boolean;
}

/** What gradients are multiplied by where their norm is above `clipNorm`; undefined where nothing is clipped. */
function factorOf(gradients: readonly Tensor[], clipNorm: number | undefined): Scalar | undefined {
  if (clipNorm === undefined || gradients.length === 0) return undefined;
  const norm = sqrt(sumAll(gradients, { squares: true }));
  // The tiny addend avoids 0 / 0 where every gradient is zero.
  return minimum(1, div(clipNorm, add(norm, 1e-20))) as Scalar;
}

/** One step of the optimizer; `factor` multiplies the gradients. */
function stepOptimizer(optimizer: Optimizer, weights: readonly WeightGradient[], factor: Scalar | undefined): void {
  if (hasFusedAdam(optimizer)) {
    stepFusedAdam(optimizer, weights, factor);
    return;
  }
  const named = weights.map(({ variable, gradient }) => {
    if (gradient === null) return { name: variable.name, tensor: null as unknown as Tensor };
    if (gradient === undefined) return { name: variable.name, tensor: zerosLike(variable) };
    return { name: variable.name, tensor: factor === undefined ? gradient : mul(gradient, factor) };
  });
  optimizer.applyGradients(named);
}

/**
 * tfjs optimizers find a variable's moments by its place in the list of gradients, and drop a place whose gradient is
 * missing (tensorflow/tfjs#4290). So every step names all weights of the net in one order: zeros for a weight that no
 * gradient reached, and nothing (which optimizers skip) in the place of a frozen one.
 */
export function createUpdater(
  net: LayersModel,
  extra: readonly Variable[],
  optimizer: Optimizer,
  clipNorm: number | undefined,
): Updater {
  const allWeights = (): { readonly variable: Variable; readonly trainable: boolean }[] => [
    ...namedWeights(net),
    ...extra.map((variable) => ({ variable, trainable: true })),
  ];

  return {
    variables: () => allWeights().flatMap(({ variable, trainable }) => (trainable ? [variable] : [])),
    apply(gradients) {
      try {
        tidy(() => {
          const weights = allWeights().map(({ variable, trainable }) => ({
            variable,
            gradient: trainable ? (gradients[variable.name] as Tensor | undefined) : null,
          }));
          stepOptimizer(optimizer, weights, factorOf(Object.values(gradients), clipNorm));
        });
      } finally {
        dispose(gradients);
      }
    },
    appliesWhole: () => hasFusedAdam(optimizer),
  };
}
