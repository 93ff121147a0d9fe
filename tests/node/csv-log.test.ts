import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvLog } from '../../src/node/csv-log';
import type { EpochLog } from '../../src/train/callbacks/callback';
import { epochLog, fakeRun, type Task } from './fake-run';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();

async function log(...epochs: EpochLog<Task>[]): Promise<void> {
  const callback = csvLog<Task>(path('log.csv'));
  for (const [i, epoch] of epochs.entries()) {
    await callback.onEpochEnd?.(fakeRun({ history: epochs.slice(0, i + 1) }), epoch);
  }
}

const text = () => readFile(path('log.csv'), 'utf8');

describe('csvLog', () => {
  it('writes a row for each epoch', async () => {
    await log(epochLog(0), epochLog(1, { seconds: 11.5, learningRate: 1e-4 }));
    expect(await text()).toBe(
      'epoch,seconds,learning_rate,train.loss,train.lesion.loss,train.severity.loss\n' +
        '0,12,0.001,0.75,0.5,0.25\n' +
        '1,11.5,0.0001,0.75,0.5,0.25\n',
    );
  });

  it('writes validation scores, of those that are several numbers each in a column of its own', async () => {
    const lesion = {
      loss: 0.5,
      dice: { value: 0.8, n: 14, skipped: 2 },
      iou: Float32Array.of(0.25, 0.5),
      table: [[1, 2], [3]],
      curve: { fpr: new Array(101).fill(0), name: 'a, "b"' },
      none: null,
    };
    const validation = { loss: Number.NaN, lesion, severity: { loss: 1, mae: 2 } };
    await log(epochLog(0, { regularization: 0.125, validation }));
    const [row] = parse(await text(), { columns: true }) as Record<string, string>[];
    const columns = Object.entries(row).filter(([name]) => name.startsWith('validation'));
    expect(row.regularization).toBe('0.125');
    expect(Object.fromEntries(columns)).toEqual({
      'validation.loss': 'NaN',
      'validation.lesion.loss': '0.5',
      'validation.lesion.dice': '0.8',
      'validation.lesion.dice.n': '14',
      'validation.lesion.dice.skipped': '2',
      'validation.lesion.iou.0': '0.25',
      'validation.lesion.iou.1': '0.5',
      'validation.lesion.table.0.0': '1',
      'validation.lesion.table.0.1': '2',
      'validation.lesion.table.1.0': '3',
      'validation.lesion.curve.fpr': '101 values',
      'validation.lesion.curve.name': 'a, "b"',
      'validation.severity.loss': '1',
      'validation.severity.mae': '2',
    });
  });

  it('writes scores of the training data beside the losses', async () => {
    const train = { loss: 0.75, lesion: { loss: 0.5, dice: 0.8 }, severity: { loss: 0.25 } };
    await log(epochLog(0, { train }));
    expect((await text()).split('\n')[0]).toBe(
      'epoch,seconds,learning_rate,train.loss,train.lesion.loss,train.lesion.dice,train.severity.loss',
    );
  });

  it('gives a score that appears later its column, blank before', async () => {
    const validation = { loss: 1, lesion: { loss: 2 }, severity: { loss: 3 } };
    await log(epochLog(0), epochLog(1, { validation }));
    const rows = parse(await text(), { columns: true }) as Record<string, string>[];
    expect(rows.map((row) => row['validation.loss'])).toEqual(['', '1']);
  });

  it('does not repeat epochs when a fit resumes, and starts anew when one starts anew', async () => {
    await log(epochLog(0), epochLog(1), epochLog(2));
    const resumed = [epochLog(0), epochLog(1, { seconds: 99 })];
    await csvLog<Task>(path('log.csv')).onEpochEnd?.(fakeRun({ history: resumed }), resumed[1]);
    const rows = parse(await text(), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ epoch, seconds }) => [epoch, seconds])).toEqual([
      ['0', '12'],
      ['1', '99'],
    ]);
    await log(epochLog(0));
    expect((await text()).split('\n')).toHaveLength(3);
  });

  it('also writes the running epoch when the history does not have it yet', async () => {
    await csvLog<Task>(path('log.csv')).onEpochEnd?.(fakeRun({ history: [epochLog(0)] }), epochLog(1));
    expect((await text()).split('\n')).toHaveLength(4);
  });

  it('quotes names that need it', async () => {
    const lesion = { loss: 0, 'dice, "soft"': 0.5 };
    await log(epochLog(0, { validation: { loss: 0, lesion, severity: { loss: 0 } } }));
    const [row] = parse(await text(), { columns: true }) as Record<string, string>[];
    expect(row['validation.lesion.dice, "soft"']).toBe('0.5');
  });

  it('names the file when it cannot be written', async () => {
    await writeFile(path('file'), '');
    const callback = csvLog<Task>(path('file', 'log.csv'));
    await expect(callback.onEpochEnd?.(fakeRun(), epochLog(0))).rejects.toThrow(
      `${path('file', 'log.csv')}: could not write`,
    );
  });
});
