import type { Metric } from '../../types';
import { appendChunk, type Chunks, joinChunks, joinNumbers } from '../core/chunks';
import { cutOff } from '../core/decisions';
import { type ImageScores, summarize } from '../core/image-scores';
import { type TargetTraits, targetMetric } from '../core/target-metric';
import { sampleWeight } from '../core/weights';
import { checkMaskOptions, type MaskOptions, type Masks, maskCount, maskShape, readMasks } from './masks';

/** The scores of the images, and of each of their masks. */
export interface PerImageScores extends ImageScores {
  /** One for each class or label that counts; an image's own score is the mean over those that have one. */
  readonly classes: readonly ImageScores[];
}

/** For each image its weight, then the scores of its masks (NaN: left out). */
export type PerImageState = Chunks<Float64Array>;

/** A metric over images. */
export type PerImageMetric = Metric<PerImageState, PerImageScores>;

/** The mean of an image's scores, without those that are NaN. */
function meanScore(scores: Float64Array): number {
  const counted = scores.filter((score) => !Number.isNaN(score));
  return counted.reduce((sum, score) => sum + score, 0) / counted.length;
}

/**
 * A metric that scores each mask of each image alone and takes the mean over the images. `measureOf` makes, of the
 * options that it has in the end, what gets the masks and their index among those that count; it returns NaN for an
 * image to leave out.
 */
export function perImage<O extends MaskOptions>(
  traits: Omit<TargetTraits, 'reads'>,
  given: O,
  measureOf: (options: O) => (masks: Masks, index: number) => number,
): PerImageMetric {
  const { name } = traits;
  return targetMetric({ ...traits, reads: 'decisions' }, given, (options) => {
    checkMaskOptions(name, options);
    const measure = measureOf(options);
    const count = maskCount(options);
    const width = count + 1;
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
          }
        }
        return appendChunk(state, rows, joinNumbers);
      },
      merge: (a, b) => joinChunks(a, b, joinNumbers),
      compute: (state) => ({
        ...summarize(state, width, meanScore),
        classes: Array.from({ length: count }, (_, index) => summarize(state, width, (scores) => scores[index])),
      }),
    };
  });
}
