import {
  add,
  clone,
  dispose,
  div,
  minimum,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  sqrt,
  sub,
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

/** How much of a step each variable makes, by its id; the whole where it is left out. */
export type Rates = ReadonlyMap<number, number>;

/**
 * Runs `step`, and takes of what it changes the share that `rates` say: the update and not the gradient is scaled, which
 * Adam would undo. With a rate that stays the same it is a step with its own learning rate.
 */
function scaleSteps(weights: readonly WeightGradient[], rates: Rates, step: () => void): void {
  const scaled = weights.flatMap(({ variable, gradient }) => {
    const rate = rates.get(variable.id);
    return rate === undefined || gradient === null ? [] : [{ variable, rate, before: clone(variable) }];
  });
  step();
  for (const { variable, rate, before } of scaled) variable.assign(add(before, mul(sub(variable, before), rate)));
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
  { clipNorm, rates }: { readonly clipNorm: number | undefined; readonly rates: Rates },
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
          const factor = factorOf(Object.values(gradients), clipNorm);
          scaleSteps(weights, rates, () => stepOptimizer(optimizer, weights, factor));
        });
      } finally {
        dispose(gradients);
      }
    },
    appliesWhole: () => hasFusedAdam(optimizer) && rates.size === 0,
  };
}
