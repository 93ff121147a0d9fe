import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { checkTensor } from '../internal/check-kinds';
import { readArray } from '../internal/values';
import type { Loss, Metric, NDArray } from '../types';

/** The weighted sum of the losses of samples, and the weight. */
export interface LossMetricState {
  readonly sum: number;
  readonly weight: number;
}

/**
 * Any loss as a metric: the mean of the losses of the samples, to be scored beside the loss that is trained.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, as the loss takes them. `weight`: `[batch]`, or for each element where the loss
 * takes such weights; a sample then weighs the mean of its elements' weights, and one of weight 0 is not read. NaN
 * without samples. It needs a backend. In a trainer a metric gets probabilities, never logits: give a loss of
 * probabilities.
 *
 * @throws {TypeError} where `loss` is not a function; when values are scored.
 * @throws {RangeError} where the loss does not return one value for each sample, where it takes no weights of elements,
 * and what the loss throws.
 * @example
 * ```ts
 * import { lossMetric, mae } from 'tfjs-multitask/losses';
 * import { score } from 'tfjs-multitask/metrics';
 *
 * await score(lossMetric(mae()), [[0, 1]], [[0, 0.5]]); // 0.25
 * ```
 */
export function lossMetric(loss: Loss): Metric<LossMetricState> {
  if (typeof loss !== 'function') throw new TypeError(`lossMetric: loss must be a function, got ${typeof loss}.`);
  return {
    direction: 'min',
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    init: () => ({ sum: 0, weight: 0 }),
    async update(state, yTrue, yPred, weight) {
      const truth = await readArray(yTrue, 'lossMetric: yTrue');
      const prediction = await readArray(yPred, 'lossMetric: yPred');
      const weights = weight === undefined ? undefined : await readArray(weight, 'lossMetric: weight');
      const ofElements = weights !== undefined && weights.shape.length > 1;
      if (ofElements && loss.length < 3) {
        throw new RangeError(
          'lossMetric: a weight for each element was given, and the loss takes no third argument `weight`: give one ' +
            'weight for each sample.',
        );
      }
      const samples = prediction.shape[0] ?? 0;
      const each = weights === undefined ? new Array<number>(samples).fill(1) : sampleMeans(weights);
      if (truth.shape[0] !== samples || each.length !== samples) {
        throw new RangeError(
          `lossMetric: yTrue, yPred and weight must hold the same samples, got ${truth.shape[0]}, ${samples} and ` +
            `${each.length}.`,
        );
      }
      const counted = each.flatMap((value, i) => (value === 0 ? [] : [i]));
      if (counted.length === 0) return state;
      const values = tidy(() =>
        loss(take(truth, counted), take(prediction, counted), ofElements ? take(weights, counted) : undefined),
      );
      checkTensor(values, 'lossMetric: what the loss returns');
      try {
        if (values.rank !== 1 || values.shape[0] !== counted.length) {
          throw new RangeError(
            `lossMetric: the loss must return one value for each of ${counted.length} samples, got shape [${values.shape}].`,
          );
        }
        const losses = await values.data();
        let { sum, weight: total } = state;
        for (const [place, i] of counted.entries()) {
          sum += each[i] * losses[place];
          total += each[i];
        }
        return { sum, weight: total };
      } finally {
        values.dispose();
      }
    },
    merge: (a, b) => ({ sum: a.sum + b.sum, weight: a.weight + b.weight }),
    compute: ({ sum, weight }) => sum / weight,
    fitting: { takes: loss.takes },
  };
}

/** The mean weight of each sample. */
function sampleMeans({ data, shape }: NDArray): number[] {
  const size = data.length / Math.max(1, shape[0]);
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    let sum = 0;
    for (let j = i * size; j < (i + 1) * size; j++) {
      if (!(data[j] >= 0 && data[j] < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`lossMetric: weight must be finite and not negative, got ${data[j]}.`);
      }
      sum += data[j];
    }
    return sum / size;
  });
}

/** The samples at `places` as a tensor. */
function take({ data, shape }: NDArray, places: readonly number[]): Tensor {
  const size = data.length / shape[0];
  const taken = new Float32Array(places.length * size);
  for (const [to, i] of places.entries()) taken.set(data.subarray(i * size, (i + 1) * size), to * size);
  return tensor(taken, [places.length, ...shape.slice(1)]);
}
