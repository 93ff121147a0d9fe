import { fields, finite, integer } from '../../internal/readers';

/** One learned number of a task, with its moments. */
export type LearnedLogit = {
  readonly value: number;
  readonly mean: number;
  readonly square: number;
  readonly steps: number;
};

export const readLogit = fields({ value: finite(), mean: finite(), square: finite(0), steps: integer() });

export const newLogit: LearnedLogit = { value: 0, mean: 0, square: 0, steps: 0 };

/**
 * One step of Adam on a plain number. Each task counts its own steps, so one that is absent from a batch keeps its
 * moments and its bias correction. Source: Kingma, Ba, 2015, arXiv:1412.6980, algorithm 1.
 */
export function adamStep(logit: LearnedLogit, gradient: number, learningRate: number): LearnedLogit {
  const steps = logit.steps + 1;
  const mean = 0.9 * logit.mean + 0.1 * gradient;
  const square = 0.999 * logit.square + 0.001 * gradient ** 2;
  const move = mean / (1 - 0.9 ** steps) / (Math.sqrt(square / (1 - 0.999 ** steps)) + 1e-8);
  return { value: logit.value - learningRate * move, mean, square, steps };
}
