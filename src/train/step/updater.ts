import {
  add,
  clone,
  dispose,
  div,
  keep,
  minimum,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  scalar,
  sqrt,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Held } from '../../internal/held';
import { namedWeights } from '../../internal/layer-weights';
import { hasFusedAdam, stepFusedAdam, type WeightGradient } from './fused-adam';
import { sumAll } from './sum-all';

/** Turns gradients into steps of the optimizer. */
export interface Updater {
  /** The variables that gradients are wanted for. */
  variables(): Variable[];
  /** Takes the gradients of one batch and disposes them; true where the optimizer made a step. */
  apply(gradients: NamedTensorMap): boolean;
  /** Makes the optimizer's step with what has been accumulated, if anything has. */
  flush(): boolean;
  /** True where a step of the optimizer is one kernel, which does all or nothing. */
  appliesWhole(): boolean;
  /** Holds what has been accumulated. */
  hold(): Held;
  dispose(): void;
}

/** What gradients are multiplied by: `scale`, and less where their norm would be above `clipNorm`; undefined for 1. */
function factorOf(gradients: readonly Tensor[], scale: number, clipNorm: number | undefined): Scalar | undefined {
  if (clipNorm === undefined || gradients.length === 0) return scale === 1 ? undefined : scalar(scale);
  const norm = mul(sqrt(sumAll(gradients, { squares: true })), scale);
  // The tiny addend avoids 0 / 0 where every gradient is zero.
  const clip = minimum(1, div(clipNorm, add(norm, 1e-20)));
  return mul(clip, scale) as Scalar;
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
  { clipNorm, accumulate }: { readonly clipNorm: number | undefined; readonly accumulate: number },
): Updater {
  let sums: NamedTensorMap = {};
  let batches = 0;
  const clear = (): void => {
    dispose(sums);
    sums = {};
    batches = 0;
  };
  const allWeights = (): { readonly variable: Variable; readonly trainable: boolean }[] => [
    ...namedWeights(net),
    ...extra.map((variable) => ({ variable, trainable: true })),
  ];

  const step = (gradients: NamedTensorMap, scale: number): void =>
    tidy(() => {
      const weights = allWeights().map(({ variable, trainable }) => ({
        variable,
        gradient: trainable ? (gradients[variable.name] as Tensor | undefined) : null,
      }));
      stepOptimizer(optimizer, weights, factorOf(Object.values(gradients), scale, clipNorm));
    });

  const flush = (): boolean => {
    if (batches === 0) return false;
    step(sums, 1 / batches);
    clear();
    return true;
  };

  return {
    variables: () => allWeights().flatMap(({ variable, trainable }) => (trainable ? [variable] : [])),
    apply(gradients) {
      if (accumulate === 1) {
        try {
          step(gradients, 1);
        } finally {
          dispose(gradients);
        }
        return true;
      }
      for (const [name, gradient] of Object.entries(gradients)) {
        const before = sums[name];
        sums[name] = before === undefined ? gradient : tidy(() => keep(add(before, gradient)));
        if (before !== undefined) dispose([before, gradient]);
      }
      batches++;
      return batches === accumulate ? flush() : false;
    },
    flush,
    appliesWhole: () => hasFusedAdam(optimizer),
    hold() {
      const before = batches;
      const held = Object.entries(sums).map(([name, sum]) => [name, clone(sum)] as const);
      return {
        restore() {
          clear();
          sums = Object.fromEntries(held.map(([name, sum]) => [name, clone(sum)]));
          batches = before;
        },
        dispose: () => dispose(held.map(([, sum]) => sum)),
      };
    },
    dispose: clear,
  };
}
