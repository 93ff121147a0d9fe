import { isRecord } from '../internal/check-kinds';
import {
  anything,
  fields,
  finite,
  floats,
  integer,
  listOf,
  number,
  optional,
  orNull,
  type Reader,
  recordOf,
  text,
} from '../internal/readers';
import type { PlainData } from '../types';
import type { EpochLog, TaskScores } from './callbacks/callback';
import { checkTasks } from './check-state';
import type { FrozenInRun } from './frozen-in-run';
import type { LossSums } from './scores';

/** What `run.snapshot()` returns. */
export type Snapshot<T extends string> = {
  readonly kind: 'tfjs-multitask run';
  readonly version: 1;
  /** Of the run, random. */
  readonly id: string;
  readonly trainer: PlainData;
  /** The epoch to continue with, and how many of its batches have been used. */
  readonly epoch: number;
  readonly batch: number;
  /** Steps of the optimizer since the epoch was last validated; earlier versions did not keep it. */
  readonly sinceValidation?: number | undefined;
  /** How long that took. */
  readonly seconds: number;
  readonly sums: LossSums;
  readonly history: readonly EpochLog<T>[];
  readonly stopped: string | null;
  readonly callbacks: { readonly [name: string]: PlainData };
  /** Earlier versions did not keep it. */
  readonly frozen?: FrozenInRun | undefined;
};

/** A record of scores: each task's, and the joint loss; what metrics returned can be anything. */
function readScores<T extends string>(tasks: readonly T[]): Reader<TaskScores<T>> {
  return (value, at) => {
    const scores = recordOf(anything)(value, at);
    number(scores.loss, `${at}.loss`);
    for (const task of tasks) number(recordOf(anything)(scores[task], `${at}.${task}`).loss, `${at}.${task}.loss`);
    return scores as TaskScores<T>;
  };
}

function readHistory<T extends string>(tasks: readonly T[]): Reader<readonly EpochLog<T>[]> {
  const scores = readScores(tasks);
  const readLogs = listOf(
    fields({
      epoch: integer(),
      seconds: finite(0),
      learningRate: finite(),
      train: scores,
      validation: optional(scores),
    }),
  );
  return (value, at) => {
    const logs = readLogs(value, at) as readonly EpochLog<T>[];
    const wrong = logs.findIndex(({ epoch }, i) => epoch !== i);
    if (wrong < 0) return logs;
    throw new RangeError(`${at}[${wrong}].epoch: expected ${wrong}, found ${logs[wrong].epoch}.`);
  };
}

/**
 * Reads what a fit is resumed from, which may be a stranger's; what is the trainer's in it is read by that.
 *
 * @throws {TypeError} or RangeError where it is no snapshot, or one of other tasks.
 */
export function readSnapshot<T extends string>(
  state: PlainData | undefined,
  tasks: readonly T[],
): Snapshot<T> | undefined {
  if (state === undefined) return undefined;
  const { kind, version } = (state ?? {}) as { kind?: unknown; version?: unknown };
  if (kind !== 'tfjs-multitask run' || version !== 1) {
    if (isRecord(state) && 'state' in state && 'file' in state) {
      throw new TypeError('fit: resume got what loadCheckpoint() returned; pass its state: resume: last.state.');
    }
    throw new TypeError(
      'fit: resume must be what run.snapshot() returned; this is something else, or from another version.',
    );
  }
  const { trainer } = fields({ trainer: fields({ tasks: listOf(text) }) })(state, 'fit: resume');
  checkTasks(trainer.tasks, tasks);
  const read = fields({
    id: text,
    trainer: anything,
    epoch: integer(),
    batch: integer(),
    sinceValidation: optional(integer()),
    seconds: finite(0),
    sums: recordOf(fields({ sum: number, amount: finite(0) })),
    history: readHistory(tasks),
    stopped: orNull(text),
    callbacks: recordOf(anything),
    frozen: optional(fields({ begin: listOf(text), now: listOf(text) })),
  });
  const snapshot = read(state, 'fit: resume');
  const { epoch, history } = snapshot;
  // In the hooks that end an epoch it is in the history already.
  if (history.length !== epoch && history.length !== epoch + 1) {
    throw new RangeError(
      `fit: resume.history: expected the ${epoch} epochs before resume.epoch, found ${history.length}.`,
    );
  }
  return { kind, version, ...snapshot } as Snapshot<T>;
}

/** The model's weights in a snapshot. */
export function snapshotWeights({ trainer }: Snapshot<string>): readonly Float32Array[] {
  const read = fields({ weights: listOf(fields({ data: floats })) });
  return read(trainer, 'fit: resume.trainer').weights.map(({ data }) => data);
}

/** 128 random bits in hexadecimal digits: no two runs have the same id, whatever their seeds. */
export function newRunId(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (number) => number.toString(16).padStart(8, '0')).join('');
}
