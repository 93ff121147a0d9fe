import { checkMembers } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Callback, EpochLog, Run, StepLog, TaskScores, ValidationLog } from '../train/callbacks/callback';
import type { AnyTask } from '../types';
import { shortNumber, shortResult } from './short-result';

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Default: `process.stderr`. */
  readonly stream?:
    | (NodeJS.WritableStream & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined })
    | undefined;
}

const REDRAW_MS = 100;
const BAR = 20;
const WHOLE = Number.POSITIVE_INFINITY;

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

function scoresLine(part: 'train' | 'validation', { loss, ...tasks }: TaskScores<string>): string {
  const results = Object.entries(tasks).flatMap(([task, ofTask]) =>
    Object.entries(ofTask).map(([name, result]) => `${task}.${name} ${shortResult(result)}`),
  );
  return `${part}: ${[`loss ${shortNumber(loss, 4)}`, ...results].join('  ')}`;
}

function epochLine<T extends string>(run: Run<T>, { epoch, seconds, train, validation }: EpochLog<T>): string {
  const parts = [
    `epoch ${epoch + 1}/${run.epochs}  ${duration(seconds)}`,
    scoresLine('train', train as TaskScores<string>),
  ];
  if (validation !== undefined) parts.push(scoresLine('validation', validation as TaskScores<string>));
  return parts.join('  |  ');
}

/** The means of what was added to each name. */
function runningMeans(): { add(name: string, value: number): void; entries(): [name: string, mean: number][] } {
  const sums = new Map<string, { sum: number; count: number }>();
  return {
    add(name, value) {
      const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: sum + value, count: count + 1 });
    },
    entries: () => [...sums].map(([name, { sum, count }]) => [name, sum / count]),
  };
}

/** Where the epoch stands, in less than `columns`: parts of it go, and names get shorter, until it fits. */
function stepLine<T extends string>(
  run: Run<T>,
  step: number,
  stepsPerSecond: number,
  losses: readonly (readonly [string, number])[],
  columns: number,
): string {
  const { steps } = run;
  const place = [`epoch ${run.epoch + 1}/${run.epochs}`, steps === undefined ? `step ${step}` : `${step}/${steps}`];
  const bar: string[] = [];
  if (steps !== undefined) {
    const done = Math.min(BAR, Math.round((BAR * step) / steps));
    bar.push(`[${'='.repeat(done)}${' '.repeat(BAR - done)}]`);
    const left = Math.max(0, steps - step) / stepsPerSecond;
    // A whole epoch takes as long as the last one did, validation included.
    const epochSeconds = run.history.at(-1)?.seconds ?? steps / stepsPerSecond;
    const leftInAll = left + (run.epochs - run.epoch - 1) * epochSeconds;
    place.push(`${duration(left)} / ${duration(leftInAll)} left`);
  }
  const speed = `${stepsPerSecond.toPrecision(3)} steps/s`;
  const attempts: readonly (readonly [extras: readonly string[], letters: number])[] = [
    [[speed, ...bar], WHOLE],
    [[speed], WHOLE],
    [[], WHOLE],
    [[], 8],
    [[], 4],
  ];
  const lines = attempts.map(([extras, letters]) =>
    [...place, ...extras, ...losses.map(([name, value]) => `${name.slice(0, letters)} ${shortNumber(value, 3)}`)].join(
      '  ',
    ),
  );
  return (lines.find(({ length }) => length < columns) ?? (lines.at(-1) as string)).slice(0, columns - 1);
}

/**
 * A callback that shows the progress of the fit: epoch, step, time left for the epoch and in all, steps per second,
 * each task's loss (the mean over the epoch's steps so far that had its labels); after each epoch, and each validation
 * within one, a line with all scores stays: of a score over images how many were left out beside it (`dice 0.8125 (n 14,
 * skipped 2)`), of a list of more than twelve numbers how many there are.
 *
 * A resumed fit begins with a line that says after which epoch, and whether anything is left to train.
 *
 * On a terminal one line is redrawn, at most ten times per second; elsewhere there are only the lines with scores. The
 * cursor is never hidden, so an interrupt leaves the terminal as it was.
 *
 * @throws {RangeError} for an unknown option.
 * @throws {TypeError} for a stream that cannot be written to.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { progressBar } from 'tfjs-multitask/node';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
 * const trainer = createTrainer(model, { optimizer: train.adam(1e-4), losses });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 });
 * await trainer.fit(batches(dataset), { epochs: 2, callbacks: [progressBar()] });
 * ```
 */
export function progressBar<T extends string = AnyTask>(options: ProgressBarOptions = {}): Callback<T> {
  checkOptions(options, ['stream'], 'progressBar');
  const { stream = process.stderr } = options;
  checkMembers(stream, { write: 'function' }, 'progressBar: stream', 'a stream, such as process.stderr');
  let means = runningMeans();
  let began = 0;
  let steps = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let open = false;
  const writeLine = (line: string): void => {
    stream.write(`${open ? '\r\x1b[K' : ''}${line}\n`);
    open = false;
  };

  return {
    onFitBegin(run: Run<T>) {
      if (!run.resumed) return;
      const place = run.epoch === 0 ? 'in epoch 1' : `after epoch ${run.epoch}`;
      const stopped = run.stopped === undefined ? '' : `: it was stopped (${run.stopped}), and stays so`;
      const rest = run.epoch >= run.epochs ? ': nothing left to train' : stopped;
      writeLine(`Resumed ${place} of ${run.epochs}${rest}.`);
    },
    onEpochBegin() {
      means = runningMeans();
      began = performance.now();
      steps = 0;
    },
    onStepEnd(run: Run<T>, { step, loss, losses }: StepLog<T>) {
      steps++;
      const known = Object.entries<number | undefined>(losses).filter(([, value]) => value !== undefined);
      if (known.length > 0) means.add('loss', loss);
      for (const [task, value] of known) means.add(task, value as number);
      const now = performance.now();
      if (!stream.isTTY || (now - drawnAt < REDRAW_MS && step !== run.steps)) return;
      drawnAt = now;
      open = true;
      const stepsPerSecond = steps / Math.max(1e-3, (now - began) / 1000);
      stream.write(`\r${stepLine(run, step, stepsPerSecond, means.entries(), stream.columns || 80)}\x1b[K`);
    },
    onValidation(run: Run<T>, { progress, validation, endsEpoch }: ValidationLog<T>) {
      if (endsEpoch) return;
      const place = `epoch ${run.epoch + 1}/${run.epochs}  after ${progress.step} steps in all`;
      writeLine(`${place}  |  ${scoresLine('validation', validation as TaskScores<string>)}`);
    },
    onEpochEnd(run: Run<T>, log: EpochLog<T>) {
      writeLine(epochLine(run, log));
    },
    onFitEnd() {
      if (open) stream.write('\n');
      open = false;
    },
  };
}
