import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { train } from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { tensorBoard } from '../../../src/node/index';
import {
  type Callback,
  createTrainer,
  diagnostics,
  type FitOptions,
  fixedWeights,
  learningRate,
  type StepDiagnostics,
  sumGradient,
  type TrainerOptions,
} from '../../../src/train/index';
import type { PlainData, Source } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';
import { epochLog, fakeRun, type Task } from '../fake-run';
import { temporaryDirectory } from '../temporary-directory';
import { curve, eventFiles, readEvents } from './read-events';

useCpu();
const path = temporaryDirectory();

/** Four batches per epoch that differ from epoch to epoch; the second one lacks task b. */
const source: Source<TinyTask> = function* (epoch: number) {
  for (let i = 0; i < 4; i++) {
    const value = Math.sin(1 + epoch * 4 + i);
    const batch = tinyBatch([[value, 1]], i === 1 ? { a: [value] } : { a: [value], b: [-value] });
    try {
      yield batch;
    } finally {
      disposeBatch(batch);
    }
  }
};

async function fit(
  callbacks: readonly Callback<TinyTask>[],
  options: Partial<FitOptions<TinyTask>> & Pick<TrainerOptions<TinyTask, never>, 'weighting' | 'aggregator'> = {},
) {
  const { weighting, aggregator, ...rest } = options;
  const model = tinyModel();
  const losses = { a: squares, b: squares };
  const trainer = createTrainer(model, { optimizer: train.sgd(0.05), losses, weighting, aggregator });
  try {
    return await trainer.fit(source, { epochs: 3, validation: source, callbacks, ...rest });
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

const single = Math.fround;

/** All that TensorBoard shows, but for the time. */
const all = () =>
  ['train', 'validation', 'steps', 'images'].map((folder) =>
    readEvents(path('run', folder)).map(({ step, scalars: { seconds, ...scalars }, images }) => ({
      step,
      scalars,
      images: Object.keys(images),
    })),
  );

describe('tensorBoard', () => {
  it('writes losses and scores of training and validation under one tag, at the step of the optimizer', async () => {
    const { epochs } = await fit([tensorBoard(path('run'))]);
    const trained = epochs.map(({ train: { loss } }, i) => [4 * (i + 1), single(loss)]);
    const validated = epochs.map(({ validation }, i) => [4 * (i + 1), single(validation!.b.loss)]);
    expect(curve(path('run', 'train'), 'loss')).toEqual(trained);
    expect(curve(path('run', 'validation'), 'b/loss')).toEqual(validated);
    expect(curve(path('run', 'train'), 'epoch')).toEqual([
      [4, 0],
      [8, 1],
      [12, 2],
    ]);
    expect(eventFiles(path('run', 'images'))).toEqual([]);
  });

  it('writes each step, or every so many, with the learning rate that it was made with', async () => {
    const losses: number[] = [];
    const recorder: Callback<TinyTask> = { onStepEnd: (_run, log) => void losses.push(log.losses.a!) };
    const rates = learningRate<TinyTask>(({ step }) => 0.01 * (step + 1));
    await fit([rates, recorder, tensorBoard(path('run'))]);
    expect(curve(path('run', 'steps'), 'steps/a')).toEqual(losses.map((loss, i) => [i, single(loss)]));
    expect(curve(path('run', 'steps'), 'learning_rate')).toEqual(losses.map((_, i) => [i, single(0.01 * (i + 1))]));
    expect(curve(path('run', 'steps'), 'steps/b').map(([step]) => step)).toEqual([0, 2, 3, 4, 6, 7, 8, 10, 11]);
    await fit([tensorBoard(path('rare'), { everySteps: 5 })]);
    expect(curve(path('rare', 'steps'), 'steps/a').map(([step]) => step)).toEqual([0, 5, 10]);
  });

  it('writes validations within an epoch', async () => {
    await fit([tensorBoard(path('run'))], { validateEvery: 2 });
    expect(curve(path('run', 'validation'), 'loss').map(([step]) => step)).toEqual([2, 4, 6, 8, 10, 12]);
  });

  it('writes the weights of a weighting', async () => {
    const weighting = fixedWeights({ a: 1, b: 0.25 });
    await fit([tensorBoard(path('run'), { weighting })], { weighting });
    expect(readEvents(path('run', 'steps'))[0].scalars).toMatchObject({ 'task_weights/a': 1, 'task_weights/b': 0.25 });
  });

  it('writes what diagnostics records of gradients', async () => {
    const watch = diagnostics<TinyTask>();
    await fit([watch, tensorBoard(path('run'))], { aggregator: sumGradient() });
    const { weights, norms, cosines = [] } = watch.records[2] as StepDiagnostics<TinyTask>;
    const [{ value }] = cosines;
    const event = readEvents(path('run', 'steps')).find(({ step }) => step === 2);
    expect(event?.scalars).toMatchObject({
      'task_weights/a': weights?.a,
      'gradient_norms/a': single(norms!.a!),
      'gradient_norms/b': single(norms!.b!),
      'gradient_cosines/a-b': single(value),
    });
    expect(Math.abs(value)).toBeGreaterThan(0);
  });

  it('writes the numbers of a metric, each under a tag of its own, and leaves out texts', async () => {
    const callback = tensorBoard<Task>(path('run'));
    const validation = {
      loss: Number.NaN,
      lesion: { loss: 0.5, dice: { value: 0.75, skipped: 2 }, iou: [0.25, 0.5], best: 'b', none: null },
      severity: { loss: 1 },
    };
    await callback.onFitBegin?.(fakeRun());
    await callback.onValidation?.(fakeRun(), {
      progress: { step: 7, epoch: 0, training: false },
      validation,
      endsEpoch: false,
    });
    await callback.onEpochEnd?.(fakeRun(), epochLog(0, { regularization: 0.125 }));
    await callback.onFitEnd?.(fakeRun());
    const [{ step, scalars }] = readEvents(path('run', 'validation'));
    expect(step).toBe(7);
    expect(scalars).toEqual({
      loss: Number.NaN,
      'lesion/loss': 0.5,
      'lesion/dice': 0.75,
      'lesion/dice.skipped': 2,
      'lesion/iou.0': 0.25,
      'lesion/iou.1': 0.5,
      'severity/loss': 1,
    });
    expect(readEvents(path('run', 'train'))[0].scalars).toMatchObject({ regularization: 0.125, seconds: 12 });
  });

  it('says when each event was', async () => {
    const before = Date.now() / 1000;
    await fit([tensorBoard(path('run'))]);
    for (const { wallTime } of readEvents(path('run', 'train'))) {
      expect(wallTime).toBeGreaterThanOrEqual(before);
      expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    }
  });
});

describe('A run that goes on in the folder of tensorBoard', () => {
  for (const at of [1, 4, 6, 11]) {
    it(`shows after a crash behind step ${at} what an undisturbed one shows`, async () => {
      const options = { validateEvery: 3, epochs: 3 };
      await fit([tensorBoard(path('run'))], options);
      const expected = all();
      const snapshots: PlainData[] = [];
      let steps = 0;
      const crash: Callback<TinyTask> = {
        async onSafePoint(run) {
          snapshots.push(structuredClone(await run.snapshot()));
        },
        onStepEnd() {
          if (++steps === at) throw new Error('crash');
        },
      };
      for (const back of [1, 2, 3]) {
        await fit([tensorBoard(path('run'))], { ...options, epochs: 2 });
        [steps, snapshots.length] = [0, 0];
        await expect(fit([tensorBoard(path('run')), crash], options)).rejects.toThrow('crash');
        await fit([tensorBoard(path('run'))], { ...options, resume: snapshots.at(-back) });
        expect(all()).toEqual(expected);
      }
    });
  }

  it('is read behind the files that are there, whatever the clock says', async () => {
    vi.useFakeTimers({ now: 2e12, toFake: ['Date'] });
    await fit([tensorBoard(path('run'))]);
    const [first] = eventFiles(path('run', 'train'));
    vi.setSystemTime(1e12);
    await fit([tensorBoard(path('run'))]);
    vi.useRealTimers();
    const names = eventFiles(path('run', 'train'));
    expect(names).toHaveLength(2);
    expect(names[0]).toBe(first);
    expect(names[0]).toContain('tfevents.2000000000.');
    expect(names[1]).toContain('tfevents.2000000001.');
  });

  it('leaves the file of a fit that was killed as it is', async () => {
    await fit([tensorBoard(path('run'))]);
    const [first] = eventFiles(path('run', 'train'));
    truncateSync(first, statSync(first).size - 3);
    const torn = readFileSync(first);
    await fit([tensorBoard(path('run'))]);
    expect(readFileSync(first)).toEqual(torn);
  });
});

describe('Files of tensorBoard', () => {
  it('are closed however the fit ends', async () => {
    const handle = await open(path('x'), 'w');
    const sync = vi.spyOn(Object.getPrototypeOf(handle) as { sync(): Promise<void> }, 'sync');
    await handle.close();
    await fit([tensorBoard(path('run'))]);
    const crash: Callback<TinyTask> = {
      onValidation() {
        throw new Error('crash');
      },
    };
    await expect(fit([tensorBoard(path('other')), crash])).rejects.toThrow('crash');
    const handles = sync.mock.contexts as unknown as { readonly fd: number }[];
    sync.mockRestore();
    // Of steps, training and validation, and of steps and validation. A closed one has no descriptor.
    expect(handles.map(({ fd }) => fd)).toEqual([-1, -1, -1, -1, -1]);
  });

  it('hold what happened before the next step', async () => {
    const counts: number[] = [];
    const count: Callback<TinyTask> = {
      onSafePoint: () => void counts.push(curve(path('run', 'steps'), 'steps/a').length),
    };
    await fit([tensorBoard(path('run')), count], { epochs: 1 });
    expect(counts).toEqual([1, 2, 3, 4, 4]);
  });

  it('hold no part of an event where the disk is full', async () => {
    const callback = tensorBoard<TinyTask>(path('run'));
    const full: Callback<TinyTask> = {
      async onStepEnd(_run, { step }) {
        if (step !== 2) return;
        const handle = await open(path('x'), 'w');
        const prototype = Object.getPrototypeOf(handle) as { write(...args: unknown[]): Promise<unknown> };
        await handle.close();
        const { write } = prototype;
        const spy = vi.spyOn(prototype, 'write');
        // The first call takes ten bytes, the next none.
        spy.mockImplementationOnce(function (this: unknown, content, from, _length, position) {
          return write.call(this, content, from, 10, position);
        });
        spy.mockImplementationOnce(() => Promise.reject(new Error('ENOSPC: no space left on device, write')));
      },
    };
    await expect(fit([full, callback])).rejects.toThrow(
      /run.steps.events\.out\.tfevents\.\S+: could not write \d+ bytes: ENOSPC: no space left on device, write\.$/,
    );
    vi.restoreAllMocks();
    expect(curve(path('run', 'steps'), 'steps/a').map(([step]) => step)).toEqual([0]);
  });

  it('are named where they cannot be written, before anything is trained', async () => {
    writeFileSync(path('run'), '');
    const steps = vi.fn();
    await expect(fit([tensorBoard(path('run')), { onStepEnd: steps }])).rejects.toThrow(
      `${path('run', 'steps')}: could not begin an event file: `,
    );
    expect(steps).not.toHaveBeenCalled();
  });
});

describe('tensorBoard refuses', () => {
  it('options that are none', () => {
    expect(() => tensorBoard('')).toThrow(/^tensorBoard: directory must not be empty/);
    expect(() => tensorBoard('x', { everySteps: 0 })).toThrow(
      /^tensorBoard: everySteps must be an integer of at least 1/,
    );
    expect(() => tensorBoard('x', { everyEpochs: 0.5 })).toThrow(/^tensorBoard: everyEpochs must be/);
    expect(() => tensorBoard('x', { samples: 0 })).toThrow(/^tensorBoard: samples must be/);
    expect(() => tensorBoard('x', { weighting: {} as never })).toThrow(TypeError);
    expect(() => tensorBoard('x', { images: [] })).toThrow(/^tensorBoard: images must have at least 1 batch/);
    expect(() => tensorBoard('x', { image: [] } as never)).toThrow(/unknown option 'image'\. Did you mean 'images'/);
  });

  it('the state of something else', () => {
    expect(() => tensorBoard('x').load?.({ shown: 'all' })).toThrow(/^tensorBoard: state\.shown: expected a number/);
  });

  it('images of what are none, before anything is trained', async () => {
    await expect(fit([tensorBoard(path('run'), { images: source })])).rejects.toThrow(
      'tensorBoard: images must have inputs [batch, height, width, channels], got [1,2]; leave images out.',
    );
  });
});

it('tensorBoard leaves no tensor behind', async () => {
  const weighting = fixedWeights({ a: 1, b: 0.25 });
  await expectNoLeak(() => fit([tensorBoard(path('run'), { weighting })], { weighting }));
});
