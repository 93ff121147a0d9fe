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

  it('writes validation scores, of intervals their value, and leaves out what is no number', async () => {
    const lesion = { loss: 0.5, dice: { value: 0.8, low: 0.7, high: 0.9 }, curve: [0, 1], none: null };
    await log(epochLog(0, { validation: { loss: Number.NaN, lesion, severity: { loss: 1, mae: 2 } } }));
    const [row] = parse(await text(), { columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({
      'validation.loss': 'NaN',
      'validation.lesion.loss': '0.5',
      'validation.lesion.dice': '0.8',
      'validation.severity.loss': '1',
      'validation.severity.mae': '2',
    });
    expect(Object.keys(row)).toHaveLength(3 + 3 + 5);
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
