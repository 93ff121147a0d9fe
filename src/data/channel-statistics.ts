import { checkDataset, checkIndices, checkNDArray } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Dataset } from '../types';

/** Options of {@link channelStatistics}. */
export interface ChannelStatisticsOptions {
  /** The rows to look at: those of the training set. Default: all. */
  readonly indices?: readonly number[] | undefined;
}

/** Of each channel of the inputs, over all pixels of all samples. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** The population's: n in the denominator. */
  readonly deviation: readonly number[];
}

/**
 * Mean and standard deviation of each channel (of each place of the last axis) of a dataset's inputs, read one after the
 * other and computed in double precision: what `standardize` of `tfjs-multitask/models` takes.
 *
 * The moments of samples are merged without loss: Chan, Golub, LeVeque, 1983, doi:10.1080/00031305.1983.10483115.
 *
 * @throws {RangeError} for indices out of range, for no samples, and for a sample of other channels or with values
 * that are not finite, which it names.
 * @throws {TypeError} for what is no dataset, and for a sample whose `x` is no `{ data, shape }`.
 * @example
 * ```ts
 * import { channelStatistics, phantomDataset } from 'tfjs-multitask/data';
 *
 * const dataset = phantomDataset({ size: 16, seed: 1 });
 * const statistics = await channelStatistics(dataset, { indices: [0, 1, 2] });
 * ```
 */
export async function channelStatistics(
  dataset: Dataset<string>,
  options: ChannelStatisticsOptions = {},
): Promise<ChannelStatistics> {
  checkDataset(dataset, 'channelStatistics: dataset');
  checkOptions(options, ['indices'], 'channelStatistics');
  const { indices = dataset.rows.map((_, index) => index) } = options;
  checkIndices(indices, dataset.rows, 'channelStatistics: indices');
  if (indices.length === 0) throw new RangeError('channelStatistics: there must be at least one sample, got none.');
  let count = 0;
  const means: number[] = [];
  const squares: number[] = [];
  for (const index of indices) {
    const name = `channelStatistics: x of sample '${dataset.rows[index].id}'`;
    const { x } = await dataset.read(index);
    checkNDArray(x, name);
    const { data, shape } = x;
    const channels = shape.at(-1) ?? 0;
    if (!(channels > 0) || data.length === 0)
      throw new RangeError(`${name} must have values, got the shape [${shape}].`);
    if (count > 0 && channels !== means.length) {
      throw new RangeError(`${name} has ${channels} channels, beside ${means.length} of those before.`);
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`${name} must be finite, got ${data[bad]} at ${bad}.`);
    const own = data.length / channels;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = c; i < data.length; i += channels) sum += data[i];
      const mean = sum / own;
      let square = 0;
      for (let i = c; i < data.length; i += channels) square += (data[i] - mean) ** 2;
      const gap = mean - (means[c] ?? 0);
      means[c] = (means[c] ?? 0) + (gap * own) / (count + own);
      squares[c] = (squares[c] ?? 0) + square + (gap * gap * count * own) / (count + own);
    }
    count += own;
  }
  return { mean: means, deviation: squares.map((square) => Math.sqrt(square / count)) };
}
