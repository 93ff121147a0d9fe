import type { AnyMetric, Metric } from '../../types';
import type { Divide } from '../core/divide';
import { weightOf } from '../core/weights';
import { outputsMetric, type RegressionOptions, type RegressionValue } from './outputs-metric';

/** What is known of pairs of values: their weight, means, and sums of products of differences to the means. */
export interface Moments {
  readonly weight: number;
  readonly truth: number;
  readonly prediction: number;
  readonly truthSquares: number;
  readonly predictionSquares: number;
  readonly products: number;
  /** Sums of the errors' absolute values and squares. */
  readonly absolute: number;
  readonly squared: number;
}

/**
 * For each output eight numbers: the weight, the means of truth and prediction, the sums of squares of the
 * differences to them and of their products, and of the errors' absolute values and squares.
 */
export type MomentsState = Float64Array;

const FIELDS = 8;

function momentsAt(state: MomentsState, output: number): Moments {
  const [weight, truth, prediction, truthSquares, predictionSquares, products, absolute, squared] = state.subarray(
    FIELDS * output,
    FIELDS * (output + 1),
  );
  return { weight, truth, prediction, truthSquares, predictionSquares, products, absolute, squared };
}

/**
 * Adds the moments `b` to those of an output, without the cancellation of sums of squares. Source: Chan, Golub,
 * LeVeque, "Algorithms for computing the sample variance", 1983, doi:10.1080/00031305.1983.10483115.
 */
function include(state: MomentsState, output: number, b: Moments): void {
  if (b.weight === 0) return;
  const a = momentsAt(state, output);
  const share = b.weight / (a.weight + b.weight);
  const [truth, prediction, between] = [b.truth - a.truth, b.prediction - a.prediction, a.weight * share];
  state.set(
    [
      a.weight + b.weight,
      a.truth + share * truth,
      a.prediction + share * prediction,
      a.truthSquares + b.truthSquares + between * truth * truth,
      a.predictionSquares + b.predictionSquares + between * prediction * prediction,
      a.products + b.products + between * truth * prediction,
      a.absolute + b.absolute,
      a.squared + b.squared,
    ],
    FIELDS * output,
  );
}

/** A metric that is a function of the moments of truth and prediction. */
export function momentsMetric<A extends 'macro' | 'none'>(
  traits: { readonly name: string } & Pick<AnyMetric, 'direction' | 'range'>,
  options: RegressionOptions<A>,
  value: (moments: Moments, divide: Divide) => number,
): Metric<MomentsState, RegressionValue<A>> {
  return outputsMetric(traits, options, (outputs) => ({
    init: () => new Float64Array(FIELDS * outputs),
    add(state, pair) {
      const next = Float64Array.from(state);
      const none = { truthSquares: 0, predictionSquares: 0, products: 0 };
      for (let i = 0; i < pair.yPred.length; i++) {
        const weight = weightOf(pair, i);
        if (weight === 0) continue;
        const [truth, prediction] = [pair.yTrue[i], pair.yPred[i]];
        const error = prediction - truth;
        const sums = { absolute: weight * Math.abs(error), squared: weight * error * error };
        include(next, i % outputs, { weight, truth, prediction, ...none, ...sums });
      }
      return next;
    },
    merge(a, b) {
      const merged = Float64Array.from(a);
      for (let output = 0; output < outputs; output++) include(merged, output, momentsAt(b, output));
      return merged;
    },
    outputValue: (state, output, divide) => value(momentsAt(state, output), divide),
  }));
}
