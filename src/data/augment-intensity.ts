import { checkInteger, checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { NDArray } from '../types';
import type { IntensityPiece } from './augment';

/** Options of {@link intensity}. */
export interface IntensityOptions {
  /** Adds up to this much either way. Default: 0.1. */
  readonly brightness?: number | undefined;
  /** Scales the distance from the image's mean by a factor in [1 - contrast, 1 + contrast]. Default: 0.1. */
  readonly contrast?: number | undefined;
  /** Raises to a power in [1 / (1 + gamma), 1 + gamma]. Default: 0.1. */
  readonly gamma?: number | undefined;
}

/** Options of {@link cutout}. */
export interface CutoutOptions {
  /** How many squares. Default: 1. */
  readonly count?: number | undefined;
  /** The longest side of a square, as a share of the image's shorter side; the shortest is half of it. Default: 0.25. */
  readonly size?: number | undefined;
  /** What fills a square. Default: 0. */
  readonly fill?: number | undefined;
}

function mapped(image: NDArray, change: (value: number) => number): NDArray {
  const data = new Float32Array(image.data.length);
  // `Float32Array.from` would take several times as long
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(0, change(image.data[i])));
  return { data, shape: image.shape };
}

/**
 * Changes brightness, contrast and gamma of an image in [0, 1]; the result is clipped to [0, 1].
 *
 * @throws {RangeError} for an option out of its range.
 */
export function intensity(options: IntensityOptions = {}): IntensityPiece {
  checkOptions(options, ['brightness', 'contrast', 'gamma'], 'intensity');
  const { brightness = 0.1, contrast = 0.1, gamma = 0.1 } = options;
  checkRange(brightness, 0, 1, 'intensity: brightness');
  checkRange(contrast, 0, 1, 'intensity: contrast');
  checkRange(gamma, 0, 10, 'intensity: gamma');
  return {
    kind: 'intensity',
    apply: (image, random) => {
      const offset = random.uniform(-brightness, brightness);
      const factor = 1 + random.uniform(-contrast, contrast);
      const power = Math.exp(random.uniform(-1, 1) * Math.log1p(gamma));
      let mean = 0;
      for (const value of image.data) mean += value / image.data.length;
      return mapped(image, (value) => Math.max(0, (value - mean) * factor + mean + offset) ** power);
    },
  };
}

/**
 * Adds normal noise of the given standard deviation to an image in [0, 1]; the result is clipped to [0, 1].
 *
 * @throws {RangeError} unless `deviation` lies in [0, 1].
 * @example
 * ```ts
 * import { augment, noise } from 'tfjs-multitask/data';
 *
 * const noisy = augment([noise(0.05)], { seed: 1 });
 * ```
 */
export function noise(deviation = 0.02): IntensityPiece {
  checkRange(deviation, 0, 1, 'noise: deviation');
  return { kind: 'intensity', apply: (image, random) => mapped(image, (value) => value + random.normal(0, deviation)) };
}

/**
 * Blanks squares at random places, all of them inside the image.
 *
 * Source: DeVries, Taylor, "Improved regularization of convolutional neural networks with cutout", 2017,
 * arXiv:1708.04552.
 *
 * @throws {RangeError} for an option out of its range.
 */
export function cutout(options: CutoutOptions = {}): IntensityPiece {
  checkOptions(options, ['count', 'size', 'fill'], 'cutout');
  const { count = 1, size = 0.25, fill = 0 } = options;
  checkInteger(count, 0, 'cutout: count');
  checkRange(size, 0, 1, 'cutout: size');
  if (!Number.isFinite(fill)) throw new RangeError(`cutout: fill must be a finite number, got ${fill}.`);
  return {
    kind: 'intensity',
    apply: (image, random) => {
      const [height, width, channels] = image.shape;
      const data = Float32Array.from(image.data);
      for (let i = 0; i < count; i++) {
        const side = Math.round(Math.min(height, width) * size * random.uniform(0.5, 1));
        const top = random.integer(height - side + 1);
        const left = random.integer(width - side + 1);
        for (let y = top; y < top + side; y++) {
          data.fill(fill, (y * width + left) * channels, (y * width + left + side) * channels);
        }
      }
      return { data, shape: image.shape };
    },
  };
}
