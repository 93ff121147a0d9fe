import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { fields, finite, recordOf } from '../../internal/readers';
import type { Aggregator, AnyTask } from '../../types';
import { adamStep, type LearnedLogit, newLogit, readLogit } from '../weightings/adam-step';
import { softmax } from '../weightings/softmax';
import { defineAggregator } from './define-aggregator';

/** Options of {@link gradNorm}. */
export interface GradNormOptions {
  /** How strongly tasks that train slowly are favoured. Default: 1.5, the paper's for its largest experiment. */
  readonly alpha?: number | undefined;
  /** The learning rate of the weights' own Adam. Default: 0.025. */
  readonly learningRate?: number | undefined;
}

/** The least loss that counts as one: ratios to a first loss of 0 would not be numbers. */
const EPSILON = 1e-8;

const readMemory = recordOf(fields({ first: finite(EPSILON), logit: readLogit }));

/**
 * GradNorm: learns weights under which all tasks' gradients have comparable lengths, longer for tasks that train
 * slowly: one step of Adam per batch on sum over k of |w_k |g_k| - mean(w |g|) r_k^alpha|, where r_k is the task's loss
 * over its first one, divided by the mean of those, and the goal counts as a constant.
 *
 * w = K softmax(s) keeps the weights positive and their sum at K. Over the tasks of a batch only: an absent one keeps
 * its s, its moments and its first loss. Gradients are taken over all that is shared (the paper: over its last layer),
 * and a task's own parameters follow its own gradient unweighted. Source: Chen et al., "GradNorm: gradient
 * normalization for adaptive loss balancing in deep multitask networks", 2018, arXiv:1711.02257.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a negative alpha or learning rate.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, gradNorm } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: gradNorm(),
 *   gradientsAt: 'representation',
 * });
 * ```
 */
export function gradNorm<T extends string = AnyTask>(options: GradNormOptions = {}): Aggregator<T> {
  checkOptions(options, ['alpha', 'learningRate'], 'gradNorm');
  const { alpha = 1.5, learningRate = 0.025 } = options;
  checkRange(alpha, 0, Number.MAX_VALUE, 'gradNorm: alpha');
  checkRange(learningRate, 0, Number.MAX_VALUE, 'gradNorm: learningRate');
  let memory: Record<string, { readonly first: number; readonly logit: LearnedLogit }> = {};
  return defineAggregator(
    'gradNorm',
    (gramian, tasks, { losses }) => {
      const now = tasks.map((task) => Math.max(losses[task] as number, EPSILON));
      const known = tasks.map((task, k) => memory[task] ?? { first: now[k], logit: newLogit });
      const weights = softmax(known.map(({ logit }) => logit.value)).map((share) => share * tasks.length);
      const lengths = gramian.map((row, k) => Math.sqrt(row[k]));
      const ratios = now.map((loss, k) => loss / known[k].first);
      const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
      const meanRatio = meanOf(ratios);
      const meanLength = meanOf(weights.map((weight, k) => weight * lengths[k]));
      const slopes = ratios.map((ratio, k) => {
        const goal = meanLength * (ratio / meanRatio) ** alpha;
        return Math.sign(weights[k] * lengths[k] - goal) * lengths[k];
      });
      const drift = meanOf(slopes.map((slope, k) => slope * weights[k]));
      for (const [k, task] of tasks.entries()) {
        const gradient = weights[k] * (slopes[k] - drift);
        memory[task] = { first: known[k].first, logit: adamStep(known[k].logit, gradient, learningRate) };
      }
      return weights;
    },
    {
      save: () => structuredClone(memory),
      load: (state) => {
        memory = { ...readMemory(state, 'gradNorm: state') };
      },
    },
  );
}
