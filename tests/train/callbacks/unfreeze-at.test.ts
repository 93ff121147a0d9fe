import { tensor2d, tensor4d, train } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { MLPHead, UNetEncoder } from '../../../src/layers/index';
import { freeze, multitask } from '../../../src/models/index';
import { type Callback, createTrainer, unfreezeAt } from '../../../src/train/index';
import type { PlainData, Source } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { squares } from '../../support/tiny-model';

useCpu();

const build = () =>
  multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [2, 3], norm: 'batch' }),
    heads: { grade: MLPHead({ filters: 0, units: [], activation: 'linear' }) },
    seed: 1,
  });

const source: Source<'grade'> = function* (epoch) {
  for (let i = 0; i < 2; i++) {
    const values = Float32Array.from({ length: 128 }, (_, k) => Math.sin(k + epoch + 3 * i));
    const batch = { x: tensor4d(values, [2, 8, 8, 1]), y: { grade: tensor2d([[1], [0]]) } };
    yield batch;
    batch.x.dispose();
    batch.y.grade.dispose();
  }
};

const trained = (model: ReturnType<typeof build>) => [
  ...new Set(
    model.net.layers.flatMap(({ name, trainableWeights }) =>
      trainableWeights.length > 0 ? [/level\d/.exec(name)?.[0] ?? name] : [],
    ),
  ),
];

async function fit(model: ReturnType<typeof build>, epochs: number, watch: Callback<'grade'>[], resume?: PlainData) {
  const trainer = createTrainer(model, { optimizer: train.adam(0.01), losses: { grade: squares } });
  const callbacks = [
    unfreezeAt(model, { epoch: 1, from: 2 }),
    unfreezeAt(model, { epoch: 2, part: 'encoder/stage1' }),
    ...watch,
  ];
  await trainer.fit(source, { epochs, callbacks, ...(resume === undefined ? {} : { resume }) });
  trainer.dispose();
  return model.net.getWeights().map((weight) => Array.from(weight.dataSync()));
}

it('trains each part from its epoch on', async () => {
  const model = build();
  const seen: string[][] = [];
  await fit(model, 3, [{ onStepEnd: () => void seen.push(trained(model)) }]);
  expect(seen).toEqual([
    ['grade'],
    ['grade'],
    ['level2', 'grade'],
    ['level2', 'grade'],
    ['level1', 'level2', 'grade'],
    ['level1', 'level2', 'grade'],
  ]);
  model.dispose();
});

it('goes on bit-identically from a snapshot of any step, in the same model too', async () => {
  const [whole, again] = [build(), build()];
  const snapshots: PlainData[] = [];
  const expected = await fit(whole, 3, [{ onSafePoint: async (run) => void snapshots.push(await run.snapshot()) }]);
  expect(snapshots.length).toBeGreaterThan(6);
  for (const snapshot of snapshots) {
    expect(await fit(whole, 3, [], snapshot)).toEqual(expected);
    expect(await fit(again, 3, [], snapshot)).toEqual(expected);
  }
  whole.dispose();
  again.dispose();
});

it('resumes what was frozen at first in the same model, and refuses a model with other frozen weights', async () => {
  const begin = () => {
    const model = build();
    freeze(model, { until: 2 });
    return model;
  };
  const [whole, again, other] = [begin(), begin(), build()];
  const snapshots: PlainData[] = [];
  const expected = await fit(whole, 3, [{ onSafePoint: async (run) => void snapshots.push(await run.snapshot()) }]);
  for (const snapshot of snapshots) {
    expect(await fit(whole, 3, [], snapshot)).toEqual(expected);
    expect(await fit(again, 3, [], snapshot)).toEqual(expected);
  }
  const before = other.net.getWeights().map((weight) => Array.from(weight.dataSync()));
  await expect(fit(other, 3, [], snapshots[0])).rejects.toThrow(
    /^resume: the checkpoint was written with encoder\/\S+ and \d+ other weights frozen, the trainer has that in training; freeze /,
  );
  expect(other.net.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
  freeze(other, { part: 'grade' });
  await expect(fit(other, 3, [], snapshots[0])).rejects.toThrow('frozen when the run began, or begin a new fit.');
  for (const model of [whole, again, other]) model.dispose();
});

it('says which stages there are when it is made', () => {
  const model = build();
  expect(() => unfreezeAt(model, { epoch: 1, from: 3 })).toThrow(
    "unfreezeAt: from must be at most 2, the stages with weights of 'encoder', got 3.",
  );
  expect(() => unfreezeAt(model, { epoch: -1 })).toThrow('unfreezeAt: epoch must be an integer of at least 0, got -1.');
  model.dispose();
});
