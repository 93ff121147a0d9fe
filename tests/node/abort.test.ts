import { train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { checkpoint } from '../../src/node/checkpoint';
import { loadCheckpoint } from '../../src/node/load-checkpoint';
import { type Callback, createTrainer } from '../../src/train/index';
import type { Metric, PlainData, Source } from '../../src/types';
import { useCpu } from '../support/cpu';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';
import { temporaryDirectory } from './temporary-directory';

// Whenever an abort arrives, what was trained is on disk, and goes on to the end that an undisturbed fit has.

useCpu();
const path = temporaryDirectory();

const EPOCHS = 3;

/** Is told of every moment of a fit at which code of the user runs. */
type OnMoment = (what: string) => void;

/** Two batches an epoch, others in each; a moment before each and at the end. */
const sourceOf = (name: string, onMoment: OnMoment): Source<TinyTask> =>
  function* (epoch) {
    for (let i = 0; i < 2; i++) {
      onMoment(`before batch ${i} of the ${name}`);
      const value = Math.sin(1 + epoch * 5 + i);
      const batch = tinyBatch([[value, 1]], { a: [value], b: [-value] });
      try {
        yield batch;
      } finally {
        disposeBatch(batch);
      }
    }
    onMoment(`after the ${name}`);
  };

function callbackOf(onMoment: OnMoment): Callback<TinyTask> {
  return {
    onFitBegin: () => onMoment('onFitBegin'),
    onEpochBegin: () => onMoment('onEpochBegin'),
    onStepEnd: () => onMoment('onStepEnd'),
    onValidation: () => onMoment('onValidation'),
    onEpochEnd: () => onMoment('onEpochEnd'),
    onSafePoint: (_, at) => onMoment(`onSafePoint ${at}`),
    onFitEnd: () => onMoment('onFitEnd'),
  };
}

interface Sitting {
  readonly signal?: AbortSignal;
  readonly resume?: PlainData;
  readonly onMoment?: OnMoment;
  /** The checkpoint's hooks come after those of the callback that aborts. */
  readonly last?: boolean;
}

/** A fit whose checkpoints are those that its end makes. */
async function fit({ signal, resume, onMoment = () => undefined, last = false }: Sitting) {
  const model = tinyModel();
  const computed: Metric<null> = {
    init: () => null,
    update: async () => null,
    merge: () => null,
    compute: () => {
      onMoment('in a metric');
      return 1;
    },
  };
  const trainer = createTrainer(model, {
    optimizer: train.adam(0.05),
    losses: { a: squares, b: squares },
    metrics: { a: { computed } },
    averageDecay: 0.9,
  });
  const saving = checkpoint<TinyTask>(path(), { every: { epochs: 100 } });
  const watching = callbackOf(onMoment);
  const history = await trainer.fit(sourceOf('training', onMoment), {
    epochs: EPOCHS,
    validation: sourceOf('validation', onMoment),
    validateEvery: 1,
    scoreTraining: sourceOf('scored training', onMoment),
    callbacks: last ? [watching, saving] : [saving, watching],
    signal,
    resume,
  });
  const { steps } = (await trainer.save()) as { steps: number };
  const weights = await flatWeights(model);
  trainer.dispose();
  model.dispose();
  return { history, steps, weights };
}

let weightsOfWhole: readonly number[] | undefined;
async function undisturbed(): Promise<readonly number[]> {
  if (weightsOfWhole === undefined) {
    const model = tinyModel();
    const trainer = createTrainer(model, {
      optimizer: train.adam(0.05),
      losses: { a: squares, b: squares },
      averageDecay: 0.9,
    });
    await trainer.fit(
      sourceOf('training', () => undefined),
      { epochs: EPOCHS },
    );
    weightsOfWhole = await flatWeights(model);
    trainer.dispose();
    model.dispose();
  }
  return weightsOfWhole;
}

const scored = (name: string) => [
  `before batch 0 of the ${name}`,
  `before batch 1 of the ${name}`,
  `after the ${name}`,
  'in a metric',
];
/** Of one epoch, in their order; it is validated after its first step too, once there is a batch for the second. */
const EPOCH = [
  'onEpochBegin',
  'before batch 0 of the training',
  'onStepEnd',
  'onSafePoint step',
  'before batch 1 of the training',
  ...scored('validation'),
  'onValidation',
  'onStepEnd',
  'onSafePoint step',
  'after the training',
  ...scored('scored training'),
  ...scored('validation'),
  'onValidation',
  'onEpochEnd',
  'onSafePoint epoch',
];
const MOMENTS = ['onFitBegin', ...Array.from({ length: EPOCHS }, () => EPOCH).flat(), 'onFitEnd'];

describe.each([
  { how: 'aborts', throws: false, last: false },
  { how: 'aborts before the checkpoint is asked', throws: false, last: true },
  { how: 'aborts and throws the reason', throws: true, last: false },
])('where something $how', ({ throws, last }) => {
  it.each(MOMENTS.map((what, moment) => ({ what, moment })))('$moment: $what', async ({ what, moment }) => {
    const controller = new AbortController();
    let count = 0;
    const onMoment: OnMoment = (name) => {
      if (count++ !== moment) return;
      expect(name).toBe(what);
      controller.abort();
      if (throws && !name.startsWith('onFit')) controller.signal.throwIfAborted();
    };
    const cut = await fit({ signal: controller.signal, onMoment, last });
    expect(count).toBeGreaterThan(moment);

    const saved = await loadCheckpoint(path());
    const state = saved?.state as { trainer: { steps: number } } | undefined;
    expect(state?.trainer.steps ?? 0).toBe(cut.steps);
    expect(cut.history.stopped).toBe(cut.history.epochs.length < EPOCHS ? 'aborted' : undefined);

    const rest = await fit({ resume: saved?.state });
    expect(rest.weights).toEqual(await undisturbed());
    expect(rest.history.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  });
});

it('A stop that a callback asks for at a safe point is saved, though the checkpoint was written before', async () => {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses: { a: squares, b: squares } });
  const stopping: Callback<TinyTask> = { onSafePoint: (run, at) => (at === 'step' ? run.stop('enough') : undefined) };
  const saving = checkpoint<TinyTask>(path(), { every: { epochs: 100 } });
  await trainer.fit(
    sourceOf('training', () => undefined),
    { epochs: EPOCHS, callbacks: [saving, stopping] },
  );
  const saved = await loadCheckpoint(path());
  expect(saved!.state).toMatchObject({ stopped: 'enough', trainer: { steps: 1 } });
  trainer.dispose();
  model.dispose();
});
