import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { checkpoint, csvLog, loadCheckpoint, progressBar, tensorBoard } from '../../src/node/index';
import {
  cosineDecay,
  diagnostics,
  earlyStopping,
  learningRate,
  polynomialDecay,
  reduceOnPlateau,
  sumGradient,
  unfreezeAt,
  warmUp,
} from '../../src/train/index';
import { readEvents } from '../node/tensor-board/read-events';
import type { TinyTask } from '../support/tiny-model';
import type { TinyFit } from './fit-tiny';

/** Of a table or of lines: what does not depend on the time. */
const withoutSeconds = (csv: string) => csv.split('\n').map((line) => line.split(',').toSpliced(1, 1).join());

/** Every callback and every schedule in a fit that it changes or records; a name begins with its export. */
export const CALLBACKS: Record<string, (folder: string) => TinyFit> = {
  earlyStopping: () => ({
    callbacks: [earlyStopping<TinyTask>({ monitor: 'validation.a.loss', patience: 2, minDelta: 10 })],
  }),
  reduceOnPlateau: () => ({
    callbacks: [reduceOnPlateau<TinyTask>({ monitor: 'train.loss', patience: 2, minDelta: 10 })],
  }),
  learningRate: () => ({ callbacks: [learningRate<TinyTask>(({ step }) => 0.05 / (step + 1))] }),
  cosineDecay: () => ({ callbacks: [learningRate<TinyTask>(cosineDecay({ from: 0.05 }))] }),
  polynomialDecay: () => ({ callbacks: [learningRate<TinyTask>(polynomialDecay({ from: 0.05 }))] }),
  warmUp: () => ({ callbacks: [learningRate<TinyTask>(warmUp(7, ({ epoch }) => 0.05 / (epoch + 1)))] }),
  diagnostics: () => {
    const watch = diagnostics<TinyTask>();
    return { aggregator: sumGradient<TinyTask>(), callbacks: [watch], outcome: () => watch.records };
  },
  unfreezeAt: () => ({ callbacks: (model) => [unfreezeAt(model, { epoch: 1, part: 'shared' })] }),
  checkpoint: (folder) => ({
    callbacks: [checkpoint<TinyTask>(folder, { every: { steps: 2 } })],
    outcome: async () => (await loadCheckpoint(folder))?.state,
  }),
  csvLog: (folder) => ({
    callbacks: [csvLog<TinyTask>(join(folder, 'log.csv'))],
    outcome: async () => withoutSeconds(await readFile(join(folder, 'log.csv'), 'utf8')),
  }),
  tensorBoard: (folder) => ({
    callbacks: [tensorBoard<TinyTask>(folder)],
    // The last epoch, which an interrupted fit comes to as well.
    outcome: () =>
      ['train', 'validation', 'steps'].map((part) => {
        const { step, scalars } = readEvents(join(folder, part)).at(-1) ?? {};
        return { step, scalars };
      }),
  }),
  progressBar: () => {
    const stream = new PassThrough();
    return {
      callbacks: [progressBar<TinyTask>({ stream })],
      // The line of the last epoch, which an interrupted fit comes to as well.
      outcome: () =>
        String(stream.read())
          .trimEnd()
          .split('\n')
          .at(-1)
          ?.replace(/\d+:\d+/, ''),
    };
  },
};
