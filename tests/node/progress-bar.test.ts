import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressBar } from '../../src/node/progress-bar';
import { epochLog, fakeRun, type Task } from './fake-run';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal, or a file; `text` is what was written to it. */
function stream(options: { isTTY?: boolean; columns?: number } = {}) {
  const written = Object.assign(new PassThrough(), options);
  return { stream: written, text: () => (written.read() as Buffer | null)?.toString() ?? '' };
}

const losses = { lesion: 0.5, severity: 0.25 };

describe('progressBar on a terminal', () => {
  it('shows epoch, step, speed, time left and the mean loss of each task', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun({ epochs: 3, epoch: 0, steps: 4 });
    bar.onEpochBegin?.(run);
    vi.advanceTimersByTime(2000);
    bar.onStepEnd?.(run, { step: 1, loss: 0.75, losses });
    // 0.5 steps/s: three steps of this epoch, and eight more.
    expect(text()).toBe(
      '\repoch 1/3  1/4  0:06 / 0:22 left  0.500 steps/s  [=====               ]  ' +
        'loss 0.750  lesion 0.500  severity 0.250\x1b[K',
    );
    vi.advanceTimersByTime(2000);
    bar.onStepEnd?.(run, { step: 2, loss: 1, losses: { lesion: 1 } });
    expect(text()).toBe(
      '\repoch 1/3  2/4  0:04 / 0:20 left  0.500 steps/s  [==========          ]  ' +
        'loss 0.875  lesion 0.750  severity 0.250\x1b[K',
    );
  });

  it('goes by the last epoch for the time of those to come', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun({ epochs: 3, epoch: 1, steps: 4, history: [epochLog(0, { seconds: 3600 })] });
    bar.onEpochBegin?.(run);
    vi.advanceTimersByTime(1000);
    bar.onStepEnd?.(run, { step: 1, loss: 1, losses });
    expect(text()).toContain('0:03 / 1:00:03 left');
  });

  it('draws at most ten times a second, and the last step always', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun({ steps: 101 });
    bar.onEpochBegin?.(run);
    for (let step = 1; step <= 101; step++) {
      vi.advanceTimersByTime(10);
      bar.onStepEnd?.(run, { step, loss: 1, losses });
    }
    const draws = text().split('\r').slice(1);
    expect(draws.length).toBeGreaterThanOrEqual(10);
    expect(draws.length).toBeLessThanOrEqual(12);
    expect(draws.at(-1)).toContain('101/101  0:00 / 0:02 left');
  });

  it('stays within the width of the terminal, with shorter names where it must', () => {
    const long = { lesion: 0.123456, severity: 1234.5 };
    const run = fakeRun({ epochs: 500, epoch: 99, steps: 1000 });
    const line = (columns: number) => {
      const { stream: out, text } = stream({ isTTY: true, columns });
      const bar = progressBar<Task>({ stream: out });
      bar.onEpochBegin?.(run);
      vi.advanceTimersByTime(1000);
      bar.onStepEnd?.(run, { step: 1, loss: 1e-6, losses: long });
      return text().slice(1, -3);
    };
    for (const columns of [10, 40, 80, 100, 120, 160]) expect(line(columns).length).toBeLessThan(columns);
    expect(line(160)).toContain('[');
    expect(line(160)).toMatch(/lesion 0\.123 {2}severity 1\.23e\+3$/);
    expect(line(85)).toMatch(
      /^epoch 100\/500 {2}1\/1000 {2}16:39 .* left {2}loss 1\.0e-6 {2}lesi 0\.123 {2}seve 1\.23e\+3$/,
    );
  });

  it('counts steps alone where their number is not known', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun({ steps: undefined });
    bar.onEpochBegin?.(run);
    vi.advanceTimersByTime(500);
    bar.onStepEnd?.(run, { step: 7, loss: 1, losses });
    expect(text()).toContain('epoch 1/3  step 7  2.00 steps/s  loss 1.00');
  });

  it('leaves one line for a validation within an epoch, and none more for that at its end', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun({ epoch: 1 });
    bar.onEpochBegin?.(run);
    vi.advanceTimersByTime(500);
    bar.onStepEnd?.(run, { step: 1, loss: 1, losses });
    text();
    const validation = { loss: 0.5, lesion: { loss: 0.25, dice: 0.75 }, severity: { loss: 0.25 } };
    const progress = { step: 5, epoch: 1, training: false };
    bar.onValidation?.(run, { progress, validation, endsEpoch: false });
    expect(text()).toBe(
      '\r\x1b[Kepoch 2/3  after 5 steps in all  |  ' +
        'validation: loss 0.5000  lesion.loss 0.2500  lesion.dice 0.7500  severity.loss 0.2500\n',
    );
    bar.onValidation?.(run, { progress, validation, endsEpoch: true });
    bar.onFitEnd?.(run);
    expect(text()).toBe('');
  });

  it('leaves one line with all scores for an epoch', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun();
    bar.onEpochBegin?.(run);
    vi.advanceTimersByTime(500);
    bar.onStepEnd?.(run, { step: 1, loss: 1, losses });
    text();
    const lesion = {
      loss: 0.5,
      dice: { value: 0.8125, n: 14, skipped: 2, values: [1, 0.625], classes: [{ value: 0.8125 }] },
      iou: [0.91, 0.75],
      counts: { tp: 3, fp: 1 },
      roc: { fpr: new Float64Array(9), tpr: new Float64Array(9) },
    };
    bar.onEpochEnd?.(run, epochLog(0, { validation: { loss: 0.0001, lesion, severity: { loss: 0 } } }));
    expect(text()).toBe(
      '\r\x1b[Kepoch 1/3  0:12  |  train: loss 0.7500  lesion.loss 0.5000  severity.loss 0.2500  |  ' +
        'validation: loss 1.0e-4  lesion.loss 0.5000  lesion.dice 0.8125 (n 14, skipped 2)  ' +
        'lesion.iou [0.9100 0.7500]  lesion.counts tp 3, fp 1  lesion.roc 18 numbers  severity.loss 0.000\n',
    );
    bar.onFitEnd?.(run);
    expect(text()).toBe('');
  });

  it('ends its line when the fit ends within an epoch, and never hides the cursor', () => {
    const { stream: out, text } = stream({ isTTY: true, columns: 200 });
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun();
    bar.onEpochBegin?.(run);
    vi.advanceTimersByTime(500);
    bar.onStepEnd?.(run, { step: 1, loss: 1, losses });
    bar.onFitEnd?.(run);
    const all = text();
    expect(all.endsWith('\x1b[K\n')).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are the subject
    expect(all.match(/\x1b\[[^K]/)).toBeNull();
  });
});

describe('progressBar in a file', () => {
  it('writes a line for each epoch and nothing else', () => {
    const { stream: out, text } = stream();
    const bar = progressBar<Task>({ stream: out });
    const run = fakeRun();
    bar.onEpochBegin?.(run);
    for (let step = 1; step <= 4; step++) {
      vi.advanceTimersByTime(500);
      bar.onStepEnd?.(run, { step, loss: 1, losses });
    }
    bar.onEpochEnd?.(run, epochLog(2));
    bar.onFitEnd?.(run);
    expect(text()).toBe('epoch 3/3  0:12  |  train: loss 0.7500  lesion.loss 0.5000  severity.loss 0.2500\n');
  });
});

describe('progressBar of a resumed fit', () => {
  const begin = (parts: Parameters<typeof fakeRun>[0]) => {
    const { stream: out, text } = stream();
    progressBar<Task>({ stream: out }).onFitBegin?.(fakeRun({ epochs: 5, ...parts }));
    return text();
  };

  it('says after which epoch it goes on', () => {
    expect(begin({ resumed: true, epoch: 3 })).toBe('Resumed after epoch 3 of 5.\n');
    expect(begin({ resumed: true, epoch: 0 })).toBe('Resumed in epoch 1 of 5.\n');
  });

  it('says that nothing is left to train, or that the run was stopped', () => {
    expect(begin({ resumed: true, epoch: 5 })).toBe('Resumed after epoch 5 of 5: nothing left to train.\n');
    expect(begin({ resumed: true, epoch: 2, stopped: 'no better' })).toBe(
      'Resumed after epoch 2 of 5: it was stopped (no better), and stays so.\n',
    );
  });

  it('says nothing of a fit that begins anew', () => {
    expect(begin({ resumed: false })).toBe('');
  });
});
