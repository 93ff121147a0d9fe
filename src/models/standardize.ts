import { tensor1d, tidy } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkRange } from '../internal/check';
import { checkArray, checkFinite, checkRecord } from '../internal/check-kinds';
import type { Builder } from '../types';

/** Mean and standard deviation of each channel, as `channelStatistics` returns them. */
export interface InputStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Added to the variance of an image: a constant one becomes 0. Keras' backend has the same. */
const EPSILON = 1e-7;

/**
 * Standardizes a model's inputs within the model, so that `predict` takes what the training took, and a saved model keeps
 * it: `multitask({ input: standardize(statistics), ... })`.
 *
 * `(x - mean) / deviation`, of each channel by the statistics of the training set (a channel that is constant in it is only
 * centred); or with `'image'` by those of each input itself, over all its values, as `tf.image.per_image_standardization`
 * does (here `deviation` is `sqrt(variance + 1e-7)`, so that a constant image becomes 0). Shapes stay.
 *
 * They are standard layers that do not train, `input/standardize`: a frozen batch normalization with these moments, and a
 * layer normalization. Whoever makes all layers trainable later must leave out the first.
 *
 * @throws {RangeError} for statistics of other channels than the input has, and for numbers that are no deviations.
 * @throws {TypeError} for statistics that are no numbers.
 * @example
 * ```ts
 * import { UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask, standardize } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   input: standardize({ mean: [0.4], deviation: [0.2] }),
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder() },
 * });
 * ```
 */
export function standardize(by: 'image' | InputStatistics): Builder<SymbolicTensor, SymbolicTensor> {
  if (by === 'image') {
    return (input, name) => {
      const axis = input.shape.slice(1).map((_, i) => i + 1);
      const options = { axis, center: false, scale: false, epsilon: EPSILON };
      return layers.layerNormalization({ ...options, name: `${name}/standardize` }).apply(input) as SymbolicTensor;
    };
  }
  if (typeof by === 'string') throw new RangeError(`standardize: takes 'image' or statistics, got '${by}'.`);
  checkRecord(by, 'standardize: statistics');
  const { mean, deviation } = by;
  checkArray(mean, 'standardize: mean');
  checkArray(deviation, 'standardize: deviation');
  if (mean.length !== deviation.length || mean.length === 0) {
    throw new RangeError(
      `standardize: mean and deviation must have a number for each channel, got ${mean.length} and ${deviation.length}.`,
    );
  }
  for (const each of mean) checkFinite(each, 'standardize: mean');
  for (const each of deviation) checkRange(each, 0, Number.MAX_VALUE, 'standardize: deviation');
  return (input, name) => {
    const channels = input.shape.at(-1);
    if (channels !== mean.length) {
      throw new RangeError(
        `standardize: the input has ${channels} channels, and the statistics are of ${mean.length}.`,
      );
    }
    const options = { axis: -1, center: false, scale: false, epsilon: 0, trainable: false };
    const layer = layers.batchNormalization({ ...options, name: `${name}/standardize` });
    const output = layer.apply(input) as SymbolicTensor;
    const variance = deviation.map((each) => (each === 0 ? 1 : each * each));
    tidy(() => layer.setWeights([tensor1d([...mean]), tensor1d(variance)]));
    return output;
  };
}
