import { train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { meanAbsoluteError } from '../../src/metrics/index';
import {
  type Callback,
  createTrainer,
  earlyStopping,
  type FitOptions,
  type TrainerOptions,
} from '../../src/train/index';
import type { PlainData, Source } from '../../src/types';
import { expectToResume } from '../contracts/fit-tiny';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

// Scores within an epoch and of the training data.

useCpu();

/** Batches of one sample, [1, 0], with these labels of task a; null: a batch without a label. */
const labels = (...values: (number | null)[]): Source<TinyTask> =>
  function* () {
    for (const value of values) {
      const batch = tinyBatch([[1, 0]], value === null ? {} : { a: [value] });
      try {
        yield batch;
      } finally {
        disposeBatch(batch);
      }
    }
  };

type Options = Partial<TrainerOptions<TinyTask, never>>;

async function fit(source: Source<TinyTask>, options: Partial<FitOptions<TinyTask>>, own: Options = {}) {
  const model = tinyModel();
  const trainer = createTrainer(model, {
    optimizer: train.sgd(0.25),
    losses: { a: squares, b: squares },
    metrics: { a: { mae: meanAbsoluteError() } },
    ...own,
  });
  try {
    const { epochs, stopped } = await trainer.fit(source, { epochs: 1, ...options });
    return { epochs, stopped, weights: await flatWeights(model), now: await trainer.evaluate(source) };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Keeps which validations there were: the step, and whether it ended an epoch. */
function watching() {
  const seen: { step: number; endsEpoch: boolean; loss: number }[] = [];
  const callback: Callback<TinyTask> = {
    onValidation: (_, { progress: { step }, validation: { loss }, endsEpoch }) =>
      void seen.push({ step, endsEpoch, loss }),
  };
  return { seen, callback, steps: () => seen.map(({ step, endsEpoch }) => (endsEpoch ? `${step} ends` : `${step}`)) };
}

// A step with rate 1/4 from shared [1, 0], a [1, 1] at [1, 0] with the label 0: a is predicted as 1, its slope is 2, and
// shared becomes [1/2, -1/2], a [1/2, 1]: -1/4 is predicted. The next, with the slope -1/2: shared [9/16, -3/8], a [9/16,
// 15/16]: 81/256 - 90/256 = -9/256.
const afterOne = 1 / 16;
const afterTwo = (9 / 256) ** 2;

describe('validateEvery', () => {
  it('validates with the weights as they are after so many steps', async () => {
    const { seen, callback } = watching();
    const { epochs } = await fit(labels(0, 0), { validation: labels(0), validateEvery: 1, callbacks: [callback] });
    expect(seen).toEqual([
      { step: 1, endsEpoch: false, loss: afterOne },
      { step: 2, endsEpoch: true, loss: afterTwo },
    ]);
    expect(epochs[0].validation!.loss).toBe(afterTwo);
  });

  const seven = labels(1, 1, 1, 1, 1, 1, 1);
  it.each<[string, Source<TinyTask>, number | undefined, number, string[]]>([
    ['no steps given', seven, undefined, 1, ['7 ends', '14 ends']],
    ['a number that does not divide the epoch', seven, 3, 1, ['3', '6', '7 ends', '10', '13', '14 ends']],
    ['one that does', labels(1, 1, 1, 1), 2, 1, ['2', '4 ends', '6', '8 ends']],
    ['more than the epoch has', seven, 8, 1, ['7 ends', '14 ends']],
    ['steps of two batches', seven, 2, 2, ['2', '4 ends', '6', '8 ends']],
    ['steps of three, of which the last is cut short', seven, 1, 3, ['1', '2', '3 ends', '4', '5', '6 ends']],
    ['batches that make no step', labels(1, null, null, 1, 1), 1, 1, ['1', '2', '3 ends', '4', '5', '6 ends']],
  ])('counts the steps of each epoch anew, with %s', async (_, source, validateEvery, accumulate, expected) => {
    const { callback, steps } = watching();
    const every = validateEvery === undefined ? {} : { validateEvery };
    const options = { epochs: 2, validation: labels(1), ...every, callbacks: [callback] };
    await fit(source, options, { accumulate, optimizer: train.sgd(0) });
    expect(steps()).toEqual(expected);
  });

  it('leaves training as it is', async () => {
    const source = labels(0.5, 0, 0.25, 1);
    const own = () => ({ optimizer: train.adam(0.05), averageDecay: 0.75 });
    const plain = await fit(source, { epochs: 2 }, own());
    const scored = await fit(
      source,
      { epochs: 2, validation: labels(0), validateEvery: 1, scoreTraining: source },
      own(),
    );
    expect(scored.weights).toEqual(plain.weights);
  });

  it('goes on from any snapshot with the validations that are left', async () => {
    await expectToResume(() => {
      let seen: PlainData[] = [];
      const callback: Callback<TinyTask> = {
        name: 'seen',
        onFitBegin: ({ resumed }) => {
          if (!resumed) seen = [];
        },
        onValidation: (_, log) => void seen.push(log as unknown as PlainData),
        save: () => structuredClone(seen),
        load: (state) => {
          seen = [...(state as PlainData[])];
        },
      };
      return { callbacks: [callback], outcome: () => seen };
    });
  });

  it('goes on, too, where an abort or a stop came with one, and from a snapshot without a count', async () => {
    const source = labels(0.5, 0, 0.25, 1);
    const options = { epochs: 2, validation: labels(0), validateEvery: 2 };
    const whole = watching();
    const { weights } = await fit(source, { ...options, callbacks: [whole.callback] });
    const controller = new AbortController();
    for (const end of ['abort', 'stop', 'old']) {
      const first = watching();
      let state: PlainData | undefined;
      const ending: Callback<TinyTask> = {
        onValidation: (run) => (end === 'abort' ? controller.abort() : run.stop('enough')),
        onSafePoint: async (run, at) => {
          if (at === 'abort') state = structuredClone(await run.snapshot());
        },
      };
      const { stopped, epochs } = await fit(source, {
        ...options,
        callbacks: [first.callback, ending],
        ...(end === 'abort' ? { signal: controller.signal } : {}),
      });
      expect([stopped, epochs.length]).toEqual([end === 'abort' ? 'aborted' : 'enough', 0]);
      expect(first.steps()).toEqual(['2']);
      const { sinceValidation, ...rest } = state as { sinceValidation: number };
      expect(sinceValidation).toBe(0);
      const resume = end === 'old' ? (rest as PlainData) : state!;
      const second = watching();
      const ended = await fit(source, { ...options, resume, resumeStopped: true, callbacks: [second.callback] });
      expect([...first.seen, ...second.seen]).toEqual(whole.seen);
      expect(ended.weights).toEqual(weights);
    }
  });

  it('refuses what it cannot do', async () => {
    const refused = (options: object) => expect(fit(labels(1), options as never)).rejects;
    const validation = labels(1);
    await refused({ validateEvery: 2 }).toThrow('fit: validateEvery needs `validation`, the source to score.');
    await refused({ validation, validateEvery: 0 }).toThrow(
      'fit: validateEvery must be an integer of at least 1, got 0.',
    );
    await refused({ validation, validateEvery: 1.5 }).toThrow(RangeError);
    await refused({ validation, validateEvery: '2' }).toThrow("fit: validateEvery must be a number, got '2'.");
  });
});

describe('scoreTraining', () => {
  it('puts metrics of its source, scored after the epoch, beside the losses of the steps', async () => {
    const source = labels(0, 0);
    const { epochs, now } = await fit(source, { scoreTraining: source });
    expect(epochs[0].train).toEqual({
      loss: (1 + afterOne) / 2,
      a: { loss: (1 + afterOne) / 2, mae: 9 / 256 },
      b: { loss: Number.NaN },
    });
    expect(now.a.mae).toBe(9 / 256);
    const without = await fit(source, {});
    expect(without.epochs[0].train).toEqual({ ...epochs[0].train, a: { loss: (1 + afterOne) / 2 } });
  });

  it('gives scores that callbacks can watch', async () => {
    const watch = () => earlyStopping<TinyTask>({ monitor: 'train.a.mae', patience: 1 });
    // Nothing changes, so that the second epoch is no better than the first.
    const still = { optimizer: train.sgd(0) };
    const { stopped } = await fit(labels(0), { epochs: 5, scoreTraining: labels(3), callbacks: [watch()] }, still);
    expect(stopped).toBe('train.a.mae has not improved on 2 of epoch 0 for 1 epochs');
    await expect(fit(labels(0), { callbacks: [watch()] })).rejects.toThrow(
      "earlyStopping: nothing to monitor at 'train.a.mae'; this run has train.a.loss, train.b.loss, train.loss. " +
        'For metrics of training data give `fit` scoreTraining, a source.',
    );
  });

  it('refuses what is no source, and a trainer without metrics', async () => {
    await expect(fit(labels(0), { scoreTraining: true as never })).rejects.toThrow(
      'fit: scoreTraining must be a function of the epoch, such as batches(dataset), batches that can be iterated',
    );
    await expect(fit(labels(0), { scoreTraining: labels(0) }, { metrics: undefined })).rejects.toThrow(
      'fit: scoreTraining scores with metrics, and no task has one: give `createTrainer` metrics.',
    );
  });
});

it('leaves no tensor behind', async () => {
  const source = labels(0, 1, 0);
  const options = { epochs: 2, validation: source, validateEvery: 1, scoreTraining: source };
  await fit(source, options);
  await expectNoLeak(() => fit(source, options));
});
