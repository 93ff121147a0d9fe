import { readFileSync } from 'node:fs';
import { memory, train } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  alignedMtl,
  caGrad,
  conflictFreeGradient,
  createTrainer,
  dualProj,
  dynamicWeightAverage,
  equalWeights,
  fairGrad,
  famo,
  fixedWeights,
  geometricLoss,
  gradDrop,
  gradNorm,
  gradVac,
  imtlG,
  imtlL,
  meanGradient,
  mgda,
  nashMtl,
  pcGrad,
  randomLossWeighting,
  scheduledWeights,
  smoothTchebycheff,
  sumGradient,
  type TrainerOptions,
  uncertainty,
  upGrad,
} from '../../src/train/index';
import { useCpu } from '../support/cpu';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

useCpu();

type Balancing = Pick<TrainerOptions<TinyTask, never>, 'weighting' | 'aggregator' | 'gradientsAt'>;

const weightings: Record<string, () => Balancing['weighting']> = {
  fixedWeights: () => fixedWeights({ a: 0.5 }),
  equalWeights,
  uncertainty: () => uncertainty({ a: 'regression', b: 'classification' }),
  dynamicWeightAverage,
  randomLossWeighting,
  geometricLoss,
  smoothTchebycheff,
  famo,
  imtlL: () => imtlL(['a', 'b']),
  scheduledWeights: () => scheduledWeights(({ step }) => ({ b: 0.01 * step })),
};
const aggregators: Record<string, () => Balancing['aggregator']> = {
  meanGradient,
  sumGradient,
  mgda,
  pcGrad,
  gradVac,
  caGrad,
  imtlG,
  nashMtl,
  alignedMtl,
  upGrad,
  dualProj,
  conflictFreeGradient,
  fairGrad,
  gradNorm,
  gradDrop,
};
const ways: [string, () => Balancing][] = [
  ...Object.entries(weightings).map(([name, make]): [string, () => Balancing] => [name, () => ({ weighting: make() })]),
  ...(['parameters', 'representation'] as const).flatMap((gradientsAt) =>
    Object.entries(aggregators).map(([name, make]): [string, () => Balancing] => [
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
  await trainer.fit(source, { epochs: 8, callbacks: [{ onStepEnd: () => void counts.push(memory().numTensors) }] });
  expect(counts).toHaveLength(200);
  expect(new Set(counts).size).toBe(1);
  for (const batch of batches) disposeBatch(batch);
  trainer.dispose();
  model.dispose();
});

it('all weightings and aggregators that are exported are among them', () => {
  const index = readFileSync(new URL('../../src/train/index.ts', import.meta.url), 'utf8');
  const lines = index.split('\n').filter((line) => /'\.\/(aggregators|weightings|fixed-weights)/.test(line));
  const names = lines.flatMap((line) => /\{(.*)\}/.exec(line)?.[1].split(',') ?? []).map((name) => name.trim());
  const makers = names.filter((name) => /^[a-z]\w*$/.test(name));
  expect(makers.toSorted()).toEqual([...Object.keys(weightings), ...Object.keys(aggregators)].sort());
});
