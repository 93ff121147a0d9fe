import {
  customGrad,
  div,
  log,
  mul,
  type Scalar,
  stack,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { recordOf } from '../../internal/readers';
import type { AnyTask, SomeTasks, Weighting } from '../../types';
import { readTaskNumbers } from '../read-task-numbers';
import { adamStep, type LearnedLogit, newLogit, readLogit } from './adam-step';
import { softmax } from './softmax';
import { lossEntries } from './tasks';

/** Options of {@link famo}. */
export interface FamoOptions<T extends string> {
  /** The learning rate of the logits' own Adam. Default: 0.025. */
  readonly learningRate?: number | undefined;
  /** How strongly the logits are pulled back to 0. Default: 1e-3. */
  readonly decay?: number | undefined;
  /** A lower bound for each loss. Default: 0 for each task. */
  readonly lowest?: SomeTasks<T, number> | undefined;
}

const EPSILON = 1e-8;

/** c sum of z_k log x_k with the gradient c z_k / x_k: c = 1 / sum of z_k / x_k counts as a constant. */
function balanced(values: Tensor, shares: Tensor): Scalar {
  const compute = customGrad((x, save) => {
    const slopes = div(shares, x as Tensor);
    const scaled = div(slopes, sum(slopes));
    (save as (tensors: Tensor[]) => void)([scaled]);
    return {
      value: div(sum(mul(log(x as Tensor), shares)), sum(slopes)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, saved[0]),
    };
  });
  return compute(values) as Scalar;
}

/**
 * FAMO: makes all losses fall at the same relative rate, using only their values: L = c sum over k of z_k log(L_k -
 * b_k), with z = softmax(w) and c = 1 / sum of z_k / (L_k - b_k) as a constant.
 *
 * After each update of the model w follows, by Adam, what the update did to the logarithms of the losses.
 *
 * Measuring that costs one more forward pass on the batch. A task absent from a batch keeps its logit and moments; z is
 * shared among the others. Source: Liu et al., "FAMO: fast adaptive multitask optimization", 2023, arXiv:2306.03792.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @throws {RangeError} for a negative learning rate or decay.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, famo } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: famo(),
 * });
 * ```
 */
export function famo<T extends string = AnyTask>(options: FamoOptions<T> = {}): Weighting<T> {
  checkOptions(options, ['learningRate', 'decay', 'lowest'], 'famo');
  const { learningRate = 0.025, decay = 1e-3, lowest = {} } = options;
  checkRange(learningRate, 0, Number.MAX_VALUE, 'famo: learningRate');
  checkRange(decay, 0, Number.MAX_VALUE, 'famo: decay');
  const bounds = readTaskNumbers<T>(lowest, [-Number.MAX_VALUE, Number.MAX_VALUE], 'famo: lowest');
  const bound = (task: T): number => (bounds.get(task) ?? 0) - EPSILON;
  let logits: { readonly [task: string]: LearnedLogit } = {};
  const sharesOf = (tasks: readonly string[]): number[] => softmax(tasks.map((task) => logits[task]?.value ?? 0));
  return {
    name: 'famo',
    tasks: [...bounds.keys()],
    combine: (losses) =>
      tidy(() => {
        const entries = lossEntries(losses);
        const shares = sharesOf(Object.keys(losses));
        const above = entries.map(([task, loss]) => sub(loss, bound(task)));
        return balanced(stack(above), tensor1d(shares));
      }),
    endStep(before, after) {
      const tasks = Object.keys(before) as T[];
      const shares = sharesOf(tasks);
      const falls = tasks.map(
        (task) => Math.log((before[task] as number) - bound(task)) - Math.log((after[task] as number) - bound(task)),
      );
      if (!falls.every(Number.isFinite)) return;
      const mean = falls.reduce((total, fall, k) => total + shares[k] * fall, 0);
      const moved = tasks.map((task, k) => {
        const logit = logits[task] ?? newLogit;
        return [task, adamStep(logit, shares[k] * (falls[k] - mean) + decay * logit.value, learningRate)];
      });
      logits = { ...logits, ...Object.fromEntries(moved) };
    },
    save: () => logits,
    load(state) {
      logits = recordOf(readLogit)(state, 'famo: state');
    },
  };
}
