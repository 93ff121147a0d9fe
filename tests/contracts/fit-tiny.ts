import { train } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type Callback, createTrainer, type FitOptions, type TrainerOptions } from '../../src/train/index';
import type { MultitaskModel, PlainData, Source } from '../../src/types';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

/** Five batches per epoch, others in each epoch; the second lacks task b, the fourth task a. */
const lackingSource: Source<TinyTask> = function* (epoch: number) {
  for (let i = 0; i < 5; i++) {
    const value = Math.sin(1 + epoch * 5 + i);
    const rows = [
      [value, 1],
      [0.5, -value],
    ];
    const labels = [{ a: [0.1, value], b: [value, 0] }, { a: [value, 0.3] }, { b: [0.2, value] }];
    const batch = tinyBatch(rows, labels[i % 2 ? (i + 1) / 2 : 0]);
    try {
      yield batch;
    } finally {
      disposeBatch(batch);
    }
  }
};

/** What a fit of the tiny model is made of. */
export interface TinyFit extends Pick<TrainerOptions<TinyTask, never>, 'weighting' | 'aggregator'> {
  readonly callbacks?:
    | readonly Callback<TinyTask>[]
    | ((model: MultitaskModel<TinyTask>) => readonly Callback<TinyTask>[]);
  readonly source?: Source<TinyTask>;
  /** What it leaves besides weights, history and states. */
  readonly outcome?: () => unknown;
}

/** Everything that a fit leaves: what one that was interrupted must leave too. */
export async function fitTiny(
  { callbacks: given = [], source = lackingSource, outcome, ...options }: TinyFit,
  fit: Partial<FitOptions<TinyTask>> = {},
) {
  const model = tinyModel();
  const callbacks = typeof given === 'function' ? given(model) : given;
  const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses: { a: squares, b: squares }, ...options });
  try {
    const { callbacks: watching = [], ...rest } = fit;
    const all = [...callbacks, ...watching];
    const history = await trainer.fit(source, {
      epochs: 4,
      validation: lackingSource,
      validateEvery: 2,
      ...rest,
      callbacks: all,
    });
    const states = [options.weighting, options.aggregator, ...callbacks].map((part) => part?.save?.());
    return { weights: await flatWeights(model), history, states, outcome: await outcome?.() };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** As JSON, without the seconds that an epoch took. */
const timeless = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, part) => (key === 'seconds' ? 0 : part)));

/** A fit that goes on from a snapshot of any step or epoch ends, to the last bit, as if it had never stopped. */
export async function expectToResume(make: () => TinyFit): Promise<void> {
  const snapshots: PlainData[] = [];
  const recorder: Callback<TinyTask> = {
    onSafePoint: async (run) => void snapshots.push(structuredClone(await run.snapshot())),
  };
  const whole = await fitTiny(make(), { callbacks: [recorder] });
  // Five steps and the end of an epoch; early stopping may leave out the last one.
  expect(snapshots.length).toBeGreaterThanOrEqual(3 * 6);
  for (const resume of snapshots.filter((_snapshot, i) => i % 4 === 1)) {
    expect(timeless(await fitTiny(make(), { resume }))).toEqual(timeless(whole));
  }
}
