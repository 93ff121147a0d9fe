import { dirname } from 'node:path';
import type { Callback, EpochLog, TaskScores } from '../train/callbacks/callback';
import type { AnyTask } from '../types';
import { checkPath } from './check-path';
import { flatScores } from './flat-scores';
import { removeLeftovers } from './leftovers';
import { quote } from './quote';
import { writeDurably } from './write-durably';

function toRow<T extends string>({
  epoch,
  seconds,
  learningRate,
  regularization,
  train,
  validation,
}: EpochLog<T>): Map<string, number | string> {
  const row = new Map<string, number | string>([
    ['epoch', epoch],
    ['seconds', seconds],
    ['learning_rate', learningRate],
  ]);
  if (regularization !== undefined) row.set('regularization', regularization);
  for (const [part, scores] of Object.entries({ train, validation })) {
    if (scores === undefined) continue;
    for (const [name, value] of flatScores(scores as TaskScores<string>)) row.set(`${part}.${name}`, value);
  }
  return row;
}

/**
 * A callback that keeps a CSV file with a row for each epoch: `epoch` (from 0), `seconds`, `learning_rate`,
 * `regularization` (where layers have penalties), `train.loss`, `train.<task>.loss`, `validation.loss`,
 * `validation.<task>.<metric>`, with `scoreTraining` also `train.<task>.<metric>`.
 *
 * A metric of several numbers has a column for each: `validation.lesion.dice` for its `value`,
 * `validation.lesion.dice.skipped`, `validation.lesion.iou.0` for the first class; of a list of more than 100 the
 * column says how many there are. Validations within an epoch have no row.
 *
 * The file is rewritten from the history after every epoch, in one step: it is always whole, a resumed fit does not
 * repeat epochs, and a score that first appears later gets its column.
 *
 * @throws {Error} with the path, during the fit, if it cannot be written.
 * @throws {RangeError} for an empty path.
 * @throws {TypeError} for a path that is not a text.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { csvLog } from 'tfjs-multitask/node';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
 * const trainer = createTrainer(model, { optimizer: train.adam(1e-4), losses });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 });
 * await trainer.fit(batches(dataset), { epochs: 2, callbacks: [csvLog('runs/paper/log.csv')] });
 * ```
 */
export function csvLog<T extends string = AnyTask>(path: string): Callback<T> {
  checkPath(path, 'csvLog: path');
  return {
    onFitBegin: () => removeLeftovers(dirname(path)),
    async onEpochEnd(run, log) {
      const epochs = [...run.history.filter(({ epoch }) => epoch !== log.epoch), log];
      const rows = epochs.map(toRow);
      const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
      const lines = [
        columns.map(quote),
        ...rows.map((row) => columns.map((name) => quote(String(row.get(name) ?? '')))),
      ];
      await writeDurably(path, [Buffer.from(lines.map((line) => `${line.join(',')}\n`).join(''))]);
    },
  };
}
