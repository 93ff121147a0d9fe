import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../../src/metrics/confusion/confusion-matrix';
import { sensitivity } from '../../../src/metrics/confusion/sensitivity';
import { readTargets as read, type TargetOptions } from '../../../src/metrics/core/read-targets';
import { score } from '../../../src/metrics/score';
import type { Values } from '../../../src/types';

const reader = { name: 'test' };
const readTargets = (options: TargetOptions, yTrue: Values, yPred: Values, weight?: Values) =>
  read(reader, options, yTrue, yPred, weight);

const three = [
  [
    [0.7, 0.2, 0.1],
    [0.1, 0.1, 0.8],
  ],
  [
    [0.2, 0.5, 0.3],
    [0.6, 0.3, 0.1],
  ],
];

describe('labels of classes', () => {
  const oneHot = [
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
    [
      [0, 1, 0],
      [0, 0, 1],
    ],
  ];
  const numbers = [
    [0, 1],
    [1, 2],
  ];
  const numbersOnAnAxis = [
    [[0], [1]],
    [[1], [2]],
  ];

  it.each([
    ['one-hot', oneHot],
    ['numbers', numbers],
    ['numbers on an axis of length 1', numbersOnAnAxis],
  ])('may be %s', async (_, yTrue) => {
    const matrix = await score(confusionMatrix({ classes: 3 }), yTrue, three);
    expect(matrix).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
  });

  it('are one-hot beside predictions of the same shape, though they could be numbers of a batch', async () => {
    const yTrue = [
      [1, 0],
      [0, 1],
    ];
    const { yTrue: labels } = await readTargets({ classes: 2 }, yTrue, [
      [0.9, 0.1],
      [0.2, 0.8],
    ]);
    expect([...labels]).toEqual([1, 0, 0, 1]);
  });
});

describe('what cannot be read', () => {
  const classes = { classes: 3 };
  const cases: readonly [string, object, Values, Values, string][] = [
    ['labels between 0 and 1', {}, [0, 0.3], [0, 1], 'test: yTrue must be 0 or 1, got 0.3 in sample 1.'],
    ['a NaN label', {}, [0, Number.NaN], [0, 1], 'test: yTrue must be 0 or 1, got NaN in sample 1.'],
    ['a NaN prediction', {}, [0, 1], [Number.NaN, 1], 'test: yPred must be finite, got NaN in sample 0.'],
    [
      'an infinite prediction',
      {},
      [[0], [1]],
      [[0], [Number.POSITIVE_INFINITY]],
      'test: yPred must be finite, got Infinity in sample 1.',
    ],
    ['two shapes', { labels: 3 }, [[0, 1]], [[0, 1, 1]], 'test: yTrue must have the shape [1,3], got [1,2].'],
    ['two ranks', {}, [0, 1], [[0], [1]], 'test: yTrue must have the shape [2,1], got [2].'],
    ['two batches', {}, [0, 1, 1], [0, 1], 'test: yTrue must have the shape [2], got [3].'],
    [
      'numbers of classes without the option',
      {},
      [0, 2],
      [
        [1, 0, 0],
        [0, 0, 1],
      ],
      'test: the last axis of yPred must have length 1, got shape [2,3]: say what they are, classes: 3 if one is true',
    ],
    [
      'no batch',
      {},
      [1],
      { data: Float32Array.of(1), shape: [] },
      'test: yPred must have a batch axis, got one number.',
    ],
    [
      'a class beyond the last',
      classes,
      [0, 3],
      [
        [1, 0, 0],
        [1, 0, 0],
      ],
      'test: yTrue must be a class, 0 to 2, got 3 in sample 1.',
    ],
    ['half a class', classes, [0.5], [[1, 0, 0]], 'test: yTrue must be a class, 0 to 2, got 0.5 in sample 0.'],
    [
      'two classes at once',
      classes,
      [[1, 1, 0]],
      [[1, 0, 0]],
      'test: yTrue must be one-hot, got 2 classes in sample 0.',
    ],
    [
      'no class',
      classes,
      [
        [1, 0, 0],
        [0, 0, 0],
      ],
      [
        [1, 0, 0],
        [1, 0, 0],
      ],
      'test: yTrue must be one-hot, got 0 classes in sample 1.',
    ],
    [
      'another number of classes',
      classes,
      [0],
      [[1, 0]],
      'test: the last axis of yPred must have length 3, got shape [1,2].',
    ],
    [
      'classes without their axis',
      classes,
      [0, 1, 2],
      [0, 1, 2],
      'test: the last axis of yPred must have length 3, got shape [3].',
    ],
    [
      'classes of another shape',
      classes,
      [[0, 1]],
      [[1, 0, 0]],
      'test: yTrue must have the shape [1,3] or [1] or [1,1], got [1,2].',
    ],
    [
      'another number of labels',
      { labels: 2 },
      [[0, 1, 1]],
      [[0, 1, 1]],
      'test: the last axis of yPred must have length 2, got shape [1,3].',
    ],
    ['words', {}, ['a'] as unknown as number[], [1], "test: yTrue must be numbers, got 'a'."],
  ];

  it.each(cases)('is named: %s', async (_, options, yTrue, yPred, message) => {
    await expect(readTargets(options, yTrue, yPred)).rejects.toThrow(message);
  });

  it.each([
    ['too few', [1], 'test: weight must have the shape [2], got [1].'],
    ['of two axes', [[1], [1]], 'test: weight must have the shape [2], got [2,1].'],
    ['negative', [1, -1], 'test: weight must be finite and not negative, got -1.'],
    ['NaN', [1, Number.NaN], 'test: weight must be finite and not negative, got NaN.'],
    ['infinite', [1, Number.POSITIVE_INFINITY], 'test: weight must be finite and not negative, got Infinity.'],
  ] as const)('is named: weights that are %s', async (_, weight, message) => {
    await expect(readTargets({}, [0, 1], [0, 1], weight)).rejects.toThrow(message);
  });

  it('does not matter in a sample of weight 0', async () => {
    const nan = Number.NaN;
    expect(await score(sensitivity(), [1, nan, 1, -1], [0.9, 0.1, nan, 0.2], [1, 0, 0, 0])).toBe(1);
    const beyond = { classes: 3, average: 'none' } as const;
    const row = [0, 0, 1];
    expect(await score(sensitivity(beyond), [3, 2], [row, row], [0, 1])).toEqual([nan, nan, 1]);
    const classes = sensitivity({ classes: 2, average: 'none' });
    expect(
      await score(
        classes,
        [1, -1],
        [
          [0.1, 0.9],
          [nan, nan],
        ],
        [1, 0],
      ),
    ).toEqual([nan, 1]);
    expect(
      await score(
        classes,
        [
          [0, 1],
          [0, 0],
        ],
        [
          [0.1, 0.9],
          [0, 0],
        ],
        [1, 0],
      ),
    ).toEqual([nan, 1]);
  });

  it('is not an empty batch', async () => {
    expect((await readTargets({}, [], [])).batch).toBe(0);
  });
});
