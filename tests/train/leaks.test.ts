import { memory, train } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createTrainer, type TrainerOptions } from '../../src/train/index';
import { AGGREGATORS, ELEMENTWISE } from '../contracts/aggregators';
import { WEIGHTINGS } from '../contracts/weightings';
import { useCpu } from '../support/cpu';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

useCpu();

type Balancing = Pick<TrainerOptions<TinyTask, never>, 'weighting' | 'aggregator' | 'gradientsAt'>;

const ways: [string, () => Balancing][] = [
  ...Object.entries(WEIGHTINGS).map(([name, make]): [string, () => Balancing] => [name, () => ({ weighting: make() })]),
  ...(['parameters', 'representation'] as const).flatMap((gradientsAt) =>
    Object.entries({ ...AGGREGATORS, ...ELEMENTWISE }).map(([name, make]): [string, () => Balancing] => [
      `${name} at the ${gradientsAt}`,
      () => ({ aggregator: make(), gradientsAt }),
    ]),
  ),
];

it.each(ways)('200 steps and 8 epochs with %s leave no tensor behind', async (_, make) => {
  const model = tinyModel();
  const { weighting, ...rest } = make();
  const trainer = createTrainer(model, {
    optimizer: train.sgd(0.001),
    losses: { a: squares, b: squares },
    clipNorm: 1,
    ...rest,
    ...(weighting === undefined ? {} : { weighting }),
  });
  const rows = [
    [1, 2],
    [-1, 0.5],
  ];
  // The second batch lacks a task, the third the labels of some samples.
  const batches = [
    tinyBatch(rows, { a: [1, 0], b: [0.5, 1] }),
    tinyBatch(rows, { b: [0.5, 1] }),
    tinyBatch(rows, { a: [1, 0], b: [0.5, 1] }, { a: [0, 1] }),
  ];
  const source = () => Array.from({ length: 25 }, (_step, i) => batches[i % 3]);
  await trainer.fit(source, { epochs: 1 });
  const counts: number[] = [];
  await trainer.fit(source, {
    epochs: 8,
    validation: source,
    validateEvery: 20,
    callbacks: [{ onStepEnd: () => void counts.push(memory().numTensors) }],
  });
  expect(counts).toHaveLength(200);
  expect(new Set(counts).size).toBe(1);
  for (const batch of batches) disposeBatch(batch);
  trainer.dispose();
  model.dispose();
});
