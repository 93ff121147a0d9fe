import { checkRange } from '../internal/check';
import type { GeometricPiece } from './augment';

/**
 * Mirrors left and right with the given probability.
 *
 * @throws {RangeError} unless `probability` lies in [0, 1].
 */
export function flipHorizontal(probability = 0.5): GeometricPiece {
  checkRange(probability, 0, 1, 'flipHorizontal: probability');
  return { kind: 'geometric', draw: (random) => [random.uniform() < probability ? -1 : 1, 0, 0, 0, 1, 0] };
}

/**
 * Mirrors top and bottom with the given probability.
 *
 * @throws {RangeError} unless `probability` lies in [0, 1].
 * @example
 * ```ts
 * import { augment, flipHorizontal, flipVertical } from 'tfjs-multitask/data';
 *
 * const turned = augment([flipHorizontal(), flipVertical(0.25)], { seed: 1 });
 * ```
 */
export function flipVertical(probability = 0.5): GeometricPiece {
  checkRange(probability, 0, 1, 'flipVertical: probability');
  return { kind: 'geometric', draw: (random) => [1, 0, 0, 0, random.uniform() < probability ? -1 : 1, 0] };
}

/**
 * Rotates about the centre by up to `degrees` either way, uniformly.
 *
 * @throws {RangeError} unless `degrees` lies in [0, 180].
 */
export function rotate(degrees = 10): GeometricPiece {
  checkRange(degrees, 0, 180, 'rotate: degrees');
  return {
    kind: 'geometric',
    draw: (random) => {
      const angle = (random.uniform(-degrees, degrees) * Math.PI) / 180;
      return [Math.cos(angle), Math.sin(angle), 0, -Math.sin(angle), Math.cos(angle), 0];
    },
  };
}

/**
 * Shifts along both axes by up to `fraction` of the image's width and height either way, uniformly.
 *
 * @throws {RangeError} unless `fraction` lies in [0, 1].
 */
export function shift(fraction = 0.05): GeometricPiece {
  checkRange(fraction, 0, 1, 'shift: fraction');
  return {
    kind: 'geometric',
    draw: (random, height, width) => [
      1,
      0,
      width * random.uniform(-fraction, fraction),
      0,
      1,
      height * random.uniform(-fraction, fraction),
    ],
  };
}

/**
 * Scales about the centre by a factor in [1 / (1 + `change`), 1 + `change`], uniformly in its logarithm.
 *
 * @throws {RangeError} unless `change` lies in [0, 10].
 */
export function scale(change = 0.1): GeometricPiece {
  checkRange(change, 0, 10, 'scale: change');
  return {
    kind: 'geometric',
    draw: (random) => {
      const factor = Math.exp(random.uniform(-1, 1) * Math.log1p(change));
      return [1 / factor, 0, 0, 0, 1 / factor, 0];
    },
  };
}
