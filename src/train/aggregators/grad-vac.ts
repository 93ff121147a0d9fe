import { checkInteger, checkRange } from '../../internal/check';
import type { Aggregator, Gramian } from '../../types';
import { defineAggregator } from './define-aggregator';
import { dot, multiply } from './linear-algebra';
import { drawOrders, type SeededOptions } from './orders';

export interface GradVacOptions extends SeededOptions {
  /** How fast the expected cosine of two tasks follows the seen one, in [0, 1]. Default 0.5. */
  readonly beta?: number;
}

const EPSILON = 1e-8;

/** One vaccination in the given orders; `expected(i, j)` reads and `see(i, j, cosine)` tells the cosine of two tasks. */
export function vaccinate(
  gramian: Gramian,
  orders: readonly (readonly number[])[],
  expected: (i: number, j: number) => number,
  see: (i: number, j: number, cosine: number) => void,
): number[] {
  const total = gramian.map(() => 0);
  for (const [i, others] of orders.entries()) {
    const weights = gramian.map((_, j) => (i === j ? 1 : 0));
    for (const j of others) {
      const products = multiply(gramian, weights);
      const length = Math.sqrt(Math.max(dot(products, weights), 0));
      const other = Math.sqrt(gramian[j][j]);
      const cosine = products[j] / (length * other + EPSILON);
      const goal = expected(i, j);
      if (cosine < goal) {
        const sine = Math.sqrt(Math.max(1 - cosine ** 2, 0));
        const goalSine = Math.sqrt(Math.max(1 - goal ** 2, 0));
        weights[j] += (length * (goal * sine - cosine * goalSine)) / (other * goalSine + EPSILON);
      }
      see(i, j, cosine);
    }
    for (const j of total.keys()) total[j] += weights[j];
  }
  return total;
}

/**
 * GradVac: like PCGrad, but a gradient is turned towards another one until their cosine is what it has been on average,
 * phi <- (1 - beta) phi + beta cos, and not only until they no longer conflict.
 *
 * The averages are kept for each pair of tasks; a batch that lacks a task leaves its pairs as they are. Source: Wang
 * et al., "Gradient vaccine: investigating and improving multi-task optimization in massively multilingual models",
 * 2021, arXiv:2010.05874.
 *
 * @throws RangeError for a beta outside [0, 1] or a seed that is not an integer of at least 0.
 * @example
 * createTrainer(model, { optimizer, losses, aggregator: gradVac({ beta: 0.01 }) });
 */
export function gradVac<T extends string = string>({ beta = 0.5, seed = 0 }: GradVacOptions = {}): Aggregator<T> {
  checkRange(beta, 0, 1, 'gradVac: beta');
  checkInteger(seed, 0, 'gradVac: seed');
  let averages: Record<string, Record<string, number>> = {};
  return defineAggregator(
    'gradVac',
    (gramian, tasks, { step }) => {
      const expected = (i: number, j: number): number => averages[tasks[i]]?.[tasks[j]] ?? 0;
      const see = (i: number, j: number, cosine: number): void => {
        averages[tasks[i]] = {
          ...averages[tasks[i]],
          [tasks[j]]: (1 - beta) * expected(i, j) + beta * cosine,
        };
      };
      return vaccinate(gramian, drawOrders('gradVac', seed, step, tasks.length), expected, see);
    },
    {
      save: () => structuredClone(averages),
      load: (state) => {
        averages = structuredClone(state) as typeof averages;
      },
    },
  );
}
