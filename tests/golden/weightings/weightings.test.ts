import { readFileSync } from 'node:fs';
import { dispose, scalar } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  dynamicWeightAverage,
  equalWeights,
  famo,
  geometricLoss,
  gradNorm,
  imtlL,
  smoothTchebycheff,
  uncertainty,
} from '../../../src/train/index';
import type { Weighting } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { learnedSlopesOf, slopesOf } from '../../support/slopes';

useCpu();

interface Step {
  losses: number[];
  value: number;
  slopes: number[];
  learned?: number[];
  learnedSlopes?: number[];
  after?: number[];
  jacobian?: number[][];
  weights?: number[];
}

const golden = JSON.parse(readFileSync(new URL('./weightings.json', import.meta.url), 'utf8')) as {
  preference: number[];
  ideal: number[];
  cases: Record<string, Step[]>;
};

const TASKS = ['a', 'b', 'c'] as const;
type Task = (typeof TASKS)[number];
const byTask = (values: readonly number[]) =>
  Object.fromEntries(TASKS.map((t, i) => [t, values[i]])) as Record<Task, number>;

async function expectStep(weighting: Weighting<Task>, step: Step): Promise<void> {
  const { value, slopes } = await slopesOf(weighting, byTask(step.losses));
  expect(value).toBeCloseTo(step.value, 5);
  for (const [i, task] of TASKS.entries()) expect(slopes[task]).toBeCloseTo(step.slopes[i], 5);
}

const plain: [string, () => Weighting<Task>][] = [
  ['equalWeights', equalWeights],
  ['geometricLoss', geometricLoss],
  ['smoothTchebycheff', smoothTchebycheff],
  [
    'smoothTchebycheff preference',
    () => smoothTchebycheff({ mu: 0.5, preference: byTask(golden.preference), ideal: byTask(golden.ideal) }),
  ],
];

const learning: [string, () => Weighting<Task>][] = [
  ['uncertainty', () => uncertainty({ a: 'regression', b: 'regression', c: 'regression' })],
  ['imtlL', () => imtlL(TASKS)],
];

describe('the joint loss and its slopes are those of TorchJD', () => {
  it.each(plain)('%s', async (name, make) => {
    for (const step of golden.cases[name]) await expectStep(make(), step);
  });

  it.each(learning)('%s, and what it learns', async (name, make) => {
    const weighting = make();
    for (const step of golden.cases[name]) {
      for (const [i, variable] of (weighting.variables ?? []).entries()) {
        const value = scalar(step.learned![i]);
        variable.assign(value);
        value.dispose();
      }
      await expectStep(weighting, step);
      const slopes = await learnedSlopesOf(weighting, byTask(step.losses));
      for (const [i, slope] of slopes.entries()) expect(slope).toBeCloseTo(step.learnedSlopes![i], 5);
    }
    dispose([...(weighting.variables ?? [])]);
  });

  it('dynamicWeightAverage over eight epochs', async () => {
    const weighting = dynamicWeightAverage<Task>();
    for (const step of golden.cases.dynamicWeightAverage) {
      await expectStep(weighting, step);
      weighting.endEpoch?.(byTask(step.losses));
    }
  });

  it('famo over seven steps', async () => {
    const weighting = famo<Task>();
    for (const step of golden.cases.famo) {
      await expectStep(weighting, step);
      weighting.endStep?.(byTask(step.losses), byTask(step.after!));
    }
  });
});

it('gradNorm learns the weights that autograd and Adam of torch give', () => {
  const aggregator = gradNorm<Task>();
  for (const [n, { losses, jacobian, weights }] of golden.cases.gradNorm.entries()) {
    const gramian = jacobian!.map((a) => jacobian!.map((b) => a.reduce((sum, v, i) => sum + v * b[i], 0)));
    const actual = aggregator.weights(gramian, TASKS, { step: n, losses: byTask(losses) });
    for (const [k, weight] of actual.entries()) expect(weight).toBeCloseTo(weights![k], 7);
  }
});
