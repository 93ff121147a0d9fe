import { describe, expect, it } from 'vitest';
import {
  bce,
  binaryFocal,
  categoricalFocal,
  crossEntropy,
  focalTversky,
  jaccard,
  softDice,
  sparseCrossEntropy,
  tversky,
} from '../../src/losses';
import type { Loss } from '../../src/types';

const withWeights: Record<string, (weights: number[]) => Loss> = {
  'binaryFocal: classWeights': (classWeights) => binaryFocal({ classWeights }),
  'crossEntropy: classWeights': (classWeights) => crossEntropy({ classWeights }),
  'focalTversky: classWeights': (classWeights) => focalTversky({ classWeights }),
  'jaccard: classWeights': (classWeights) => jaccard({ classWeights }),
  'softDice: classWeights': (classWeights) => softDice({ classWeights }),
  'sparseCrossEntropy: classWeights': (classWeights) => sparseCrossEntropy({ classWeights }),
  'tversky: classWeights': (classWeights) => tversky({ classWeights }),
};

describe('weights of classes', () => {
  it.each(Object.entries(withWeights))('%s refuses one number for all classes', (option, loss) => {
    const message = `${option} must be an array with one weight per class, got number.`;
    expect(() => loss(0.5 as unknown as number[])).toThrow(new TypeError(message));
  });

  it.each([
    ['bce: posWeight', (posWeight: number) => bce({ posWeight })],
    ['categoricalFocal: alpha', (alpha: number) => categoricalFocal({ alpha })],
  ] as const)('%s may be one number for all classes, or one for each', (option, loss) => {
    expect(loss(0.5)).toBeTypeOf('function');
    const message = `${option} must be a number or an array with one weight per class, got string.`;
    expect(() => loss('0.5' as unknown as number)).toThrow(new TypeError(message));
  });
});
