import type { Metric } from '../../types';
import { checkAverage } from '../core/average';
import { appendChunk, type Chunks, joinChunks, joinNumbers } from '../core/chunks';
import { cutOff } from '../core/decisions';
import { type ImageScores, summarize } from '../core/image-scores';
import { DECISIONS } from '../core/readings';
import { type TargetTraits, targetMetric } from '../core/target-metric';
import { sampleWeight } from '../core/weights';
import { checkMaskOptions, type MaskOptions, type Masks, maskCount, maskShape, readMasks } from './masks';

/** The scores of the images, and of each of their masks. */
export interface PerImageScores extends ImageScores {
  /** One for each class or label that counts; an image's own score is the mean over those that have one. */
  readonly classes: readonly ImageScores[];
}

/** For each image its weight, the scores of its masks (NaN: left out) and, where they weigh them, their supports. */
export type PerImageState = Chunks<Float64Array>;

/** A metric over images. */
export type PerImageMetric = Metric<PerImageState, PerImageScores>;

/** How the scores of an image's masks become one. */
export interface ImageAverageOptions {
  /**
   * The mean over the masks of an image, or that weighted by how much of the true mask each holds (its support). Needs
   * `classes` or `labels`. Default: `'macro'`.
   */
  readonly average?: 'macro' | 'weighted' | undefined;
}

/** The mean of an image's scores, without those that are NaN; behind the scores their weights, if they have some. */
function meanScore(row: Float64Array, count: number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(row[i])) continue;
    const weight = row.length > count ? row[count + i] : 1;
    sum += weight * row[i];
    total += weight;
  }
  return sum / total;
}

/**
 * A metric that scores each mask of each image alone and takes the mean over the images. `measureOf` makes, of the
 * options that it has in the end, what gets the masks and their index among those that count; it returns NaN for an
 * image to leave out.
 */
export function perImage<O extends MaskOptions & ImageAverageOptions>(
  traits: TargetTraits,
  given: O,
  measureOf: (options: O) => (masks: Masks, index: number) => number,
): PerImageMetric {
  const { name } = traits;
  return targetMetric({ ...traits, ...DECISIONS }, given, (options) => {
    checkMaskOptions(name, options);
    checkAverage(name, options, ['macro', 'weighted']);
    const measure = measureOf(options);
    const count = maskCount(options);
    const weighted = options.average === 'weighted';
    const width = 1 + (weighted ? 2 : 1) * count;
    return {
      init: () => [],
      add(state, targets) {
        const shape = maskShape(name, targets, options);
        const cut = options.classes === undefined ? cutOff(name, options, targets) : Number.NaN;
        const rows = new Float64Array(targets.batch * width).fill(Number.NaN);
        for (let image = 0; image < targets.batch; image++) {
          const at = image * width;
          rows[at] = sampleWeight(targets, targets.size, image);
          if (rows[at] === 0) continue;
          for (let index = 0; index < count; index++) {
            const masks = readMasks(targets, shape, image, index, options, cut);
            if (masks.known > 0) rows[at + 1 + index] = measure(masks, index);
            if (weighted) rows[at + 1 + count + index] = masks.inTruth;
          }
        }
        return appendChunk(state, rows, joinNumbers);
      },
      merge: (a, b) => joinChunks(a, b, joinNumbers),
      compute: (state) => ({
        ...summarize(state, width, (row) => meanScore(row, count)),
        classes: Array.from({ length: count }, (_, index) => summarize(state, width, (scores) => scores[index])),
      }),
    };
  });
}
