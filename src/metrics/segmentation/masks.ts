import { checkBoolean } from '../../internal/check-kinds';
import { highest } from '../../internal/highest';
import { checkDecisions, type DecisionOptions } from '../core/decisions';
import type { Targets } from '../core/read-targets';
import { weightOf } from '../core/weights';

/** How masks are read. */
export interface MaskOptions extends DecisionOptions {
  /** Whether class 0 of `classes` counts. Default: true. */
  readonly includeBackground?: boolean | undefined;
}

/** The masks of one class or label of one image. */
export interface Masks {
  readonly truth: Uint8Array;
  readonly prediction: Uint8Array;
  /** Pixels in each, in both, and all that count, weighted. */
  readonly inTruth: number;
  readonly inPrediction: number;
  readonly inBoth: number;
  readonly known: number;
  /** Of the image, without batch and channels. */
  readonly shape: readonly number[];
}

export function checkMaskOptions(name: string, options: MaskOptions): void {
  const { classes, includeBackground } = options;
  if (includeBackground !== undefined) checkBoolean(includeBackground, `${name}: includeBackground`);
  checkDecisions(name, options);
  if (classes === undefined && includeBackground !== undefined) {
    throw new RangeError(`${name}: includeBackground has no meaning without classes.`);
  }
}

/** Masks that are scored for each image. */
export function maskCount({ classes, labels = 1, includeBackground = true }: MaskOptions): number {
  return classes === undefined ? labels : classes - (includeBackground ? 0 : 1);
}

/** The axes of an image, without batch and channels. */
export function maskShape(name: string, { shape }: Targets, { classes, labels }: MaskOptions): readonly number[] {
  const hasChannels = classes !== undefined || labels !== undefined || shape.length > 3;
  const image = shape.slice(1, hasChannels ? -1 : undefined);
  if (image.length === 0) {
    throw new RangeError(
      `${name}: masks must be [batch, h, w], [batch, h, w, 1] or [batch, d, h, w, 1], got shape [${shape}].`,
    );
  }
  return image;
}

/**
 * Mask `index` of image `image`, of those that count; `cut` is the threshold. What is left out is outside of both
 * masks.
 */
export function readMasks(
  targets: Targets,
  shape: readonly number[],
  image: number,
  index: number,
  { classes, includeBackground = true }: MaskOptions,
  cut: number,
): Masks {
  const { size, width, yTrue, yPred } = targets;
  const channel = includeBackground ? index : index + 1;
  const truth = new Uint8Array(size / width);
  const prediction = new Uint8Array(size / width);
  const masks = { truth, prediction, inTruth: 0, inPrediction: 0, inBoth: 0, known: 0, shape };
  for (let p = 0; p < truth.length; p++) {
    const at = image * size + p * width;
    const weight = weightOf(targets, at + channel);
    if (weight === 0) continue;
    const chosen = classes === undefined ? yPred[at + channel] >= cut : highest(yPred, at, width) === channel;
    truth[p] = yTrue[at + channel];
    prediction[p] = chosen ? 1 : 0;
    masks.known += weight;
    masks.inTruth += weight * truth[p];
    masks.inPrediction += weight * prediction[p];
    masks.inBoth += weight * truth[p] * prediction[p];
  }
  return masks;
}
