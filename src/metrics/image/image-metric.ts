import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { AnyMetric, Metric } from '../../types';
import { appendChunk, type Chunks, joinChunks, joinNumbers } from '../core/chunks';
import { type ImageScores, summarize } from '../core/image-scores';
import { type Pair, readPair } from '../core/read-pair';
import { sampleWeight } from '../core/weights';

/** Options of metrics that compare images. */
export interface ImageOptions {
  /** The length of the range of the values: 1 for images in [0, 1], 255 for bytes. Default: 1. */
  readonly valueRange?: number | undefined;
}

/** Checks the options, and returns the length of the range. */
export function readImageOptions(options: ImageOptions, name: string): number {
  checkOptions(options, ['valueRange'], name);
  const { valueRange = 1 } = options;
  checkNumber(valueRange, `${name}: valueRange`);
  if (!(valueRange > 0 && valueRange < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}: valueRange must be above 0 and finite, got ${valueRange}.`);
  }
  return valueRange;
}

/** For each image its weight and its score. */
export type ImageScoresState = Chunks<Float64Array>;

/** Images with channels on the last axis; `[batch, h, w]` has none. */
export interface ImagePair extends Pair {
  /** Without batch and channels. */
  readonly space: readonly number[];
  readonly channels: number;
}

/** A metric that compares each image with what it should be, and takes the mean over the images. */
export function imageMetric(
  traits: { readonly name: string } & Pick<AnyMetric, 'direction' | 'range'>,
  measure: (images: ImagePair, image: number) => number,
): Metric<ImageScoresState, ImageScores> {
  const { name, ...rest } = traits;
  return {
    ...rest,
    init: () => [],
    async update(state, yTrue, yPred, weight) {
      const pair = await readPair(name, yTrue, yPred, weight);
      const { batch, shape, size } = pair;
      if (shape.length < 3) {
        throw new RangeError(
          `${name}: images must be [batch, h, w], [batch, h, w, channels] or [batch, d, h, w, channels], got shape [${shape}].`,
        );
      }
      const hasChannels = shape.length > 3;
      const channels = hasChannels ? shape[shape.length - 1] : 1;
      const images = { ...pair, channels, space: shape.slice(1, hasChannels ? -1 : undefined) };
      const rows = new Float64Array(2 * batch).fill(Number.NaN);
      for (let image = 0; image < batch; image++) {
        rows[2 * image] = sampleWeight(pair, size, image);
        if (rows[2 * image] !== 0) rows[2 * image + 1] = measure(images, image);
      }
      return appendChunk(state, rows, joinNumbers);
    },
    merge: (a, b) => joinChunks(a, b, joinNumbers),
    compute: (state) => summarize(state, 2, ([value]) => value),
  };
}
