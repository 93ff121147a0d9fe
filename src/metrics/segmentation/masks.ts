import { checkRange } from '../../internal/check';
import { type DecisionOptions, highest } from '../confusion/confusion-table';
import { cutOff } from '../core/read-pair';
import { checkTargets, type Targets } from '../core/read-targets';

/** How masks are read. */
export interface MaskOptions extends DecisionOptions {
  /** Whether class 0 of `classes` counts. Default: true. */
  readonly includeBackground?: boolean;
}

/** The masks of one class or label of one image. */
export interface Masks {
  readonly truth: Uint8Array;
  readonly prediction: Uint8Array;
  /** Pixels in each, and in both. */
  readonly inTruth: number;
  readonly inPrediction: number;
  readonly inBoth: number;
  /** Of the image, without batch and channels. */
  readonly shape: readonly number[];
}

export function checkMaskOptions(name: string, options: MaskOptions): void {
  const { classes, threshold = 0.5, includeBackground } = options;
  checkTargets(name, options);
  checkRange(threshold, -Number.MAX_VALUE, Number.MAX_VALUE, `${name}: threshold`);
  if (classes !== undefined && options.threshold !== undefined) {
    throw new RangeError(`${name}: threshold has no meaning with classes, where the highest score wins.`);
  }
  if (classes === undefined && includeBackground !== undefined) {
    throw new RangeError(`${name}: includeBackground has no meaning without classes.`);
  }
}

/** Masks that are scored for each image. */
export function maskCount({ classes, labels = 1, includeBackground = true }: MaskOptions): number {
  return classes === undefined ? labels : classes - (includeBackground ? 0 : 1);
}

/** The axes of an image, without batch and channels; throws where the last one could be either. */
export function maskShape(
  name: string,
  { shape, width }: Targets,
  { classes, labels }: MaskOptions,
): readonly number[] {
  const hasChannels = classes !== undefined || labels !== undefined || shape.length > 3;
  const image = shape.slice(1, hasChannels ? -1 : undefined);
  if (image.length === 0 || (hasChannels && shape[shape.length - 1] !== width)) {
    throw new RangeError(
      `${name}: masks must be [batch, h, w], [batch, h, w, 1] or [batch, d, h, w, 1], got shape [${shape}]; ` +
        'for several masks per image set the option classes or labels.',
    );
  }
  return image;
}

/** Mask `index` of image `image`, of those that count. */
export function readMasks(
  targets: Targets,
  shape: readonly number[],
  image: number,
  index: number,
  { classes, threshold = 0.5, includeBackground = true }: MaskOptions,
): Masks {
  const { size, width, yTrue, yPred } = targets;
  const channel = includeBackground ? index : index + 1;
  const cut = cutOff(threshold, yPred);
  const truth = new Uint8Array(size / width);
  const prediction = new Uint8Array(size / width);
  let inTruth = 0;
  let inPrediction = 0;
  let inBoth = 0;
  for (let p = 0; p < truth.length; p++) {
    const at = image * size + p * width;
    const chosen = classes === undefined ? yPred[at + channel] >= cut : highest(yPred, at, width) === channel;
    truth[p] = yTrue[at + channel];
    prediction[p] = chosen ? 1 : 0;
    inTruth += truth[p];
    inPrediction += prediction[p];
    inBoth += truth[p] * prediction[p];
  }
  return { truth, prediction, inTruth, inPrediction, inBoth, shape };
}
