import { checkWeighting } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import {
  anything,
  fields,
  integer,
  listOf,
  number,
  optional,
  type Reader,
  recordOf,
  text,
} from '../../internal/readers';
import type { AnyTask, PlainData, Weighting } from '../../types';
import type { Callback } from './callback';
import { describeStep, type StepDiagnostics } from './step-diagnostics';

/** Options of {@link diagnostics}. */
export interface DiagnosticsOptions<T extends string> {
  /**
   * The trainer's weighting, to record its weights; learned ones are read after the step. Default: none, only the
   * weights of an aggregator are recorded.
   */
  readonly weighting?: Weighting<T> | undefined;
}

/** A callback with what it has recorded, one record for each step. */
export interface Diagnostics<T extends string = AnyTask> extends Callback<T> {
  readonly records: readonly StepDiagnostics<T>[];
}

const readPair: Reader<readonly [string, string]> = (value, at) => {
  const [first, second] = listOf(anything, 2)(value, at);
  return [text(first, `${at}[0]`), text(second, `${at}[1]`)];
};
const readNumbers = recordOf(number);
const readRecords = listOf(
  fields({
    epoch: integer(),
    step: integer(),
    losses: readNumbers,
    weights: optional(readNumbers),
    norms: optional(readNumbers),
    cosines: optional(listOf(fields({ tasks: readPair, value: number }))),
  }),
);

/**
 * Records how every step was balanced: losses, weights, lengths and cosines of the gradients, as plain data.
 *
 * Gradients of single tasks exist only where the trainer has an aggregator; to watch plain training on the sum of the
 * losses, use `sumGradient()`.
 *
 * @throws {RangeError} for an unknown option.
 * @throws {TypeError} for a weighting that is none.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { conflicts, createTrainer, diagnostics, sumGradient } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
 *   aggregator: sumGradient(),
 * });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 });
 * const watch = diagnostics();
 * await trainer.fit(batches(dataset), { epochs: 2, callbacks: [watch] });
 * console.table(conflicts(watch.records));
 * ```
 */
export function diagnostics<T extends string = AnyTask>(options: DiagnosticsOptions<NoInfer<T>> = {}): Diagnostics<T> {
  checkOptions(options, ['weighting'], 'diagnostics');
  const { weighting } = options;
  if (weighting !== undefined) checkWeighting(weighting, 'diagnostics: weighting');
  let records: StepDiagnostics<T>[] = [];
  return {
    name: 'diagnostics',
    get records() {
      return records;
    },
    onFitBegin(run) {
      if (!run.resumed) records = [];
    },
    async onStepEnd({ epoch }, { progress = { step: records.length, epoch, training: true }, ...log }) {
      records.push(await describeStep({ ...log, progress }, epoch, weighting));
    },
    save: () => structuredClone(records) as unknown as PlainData,
    load(state) {
      records = readRecords(state, 'diagnostics: state') as StepDiagnostics<T>[];
    },
  };
}

/** How often two tasks conflict. */
export interface Conflict<T extends string> {
  readonly tasks: readonly [T, T];
  /** Steps in which both had a gradient. */
  readonly steps: number;
  /** The share of those in which their gradients pointed against each other. */
  readonly share: number;
  readonly meanCosine: number;
  readonly lowestCosine: number;
}

/**
 * Which tasks conflict: for each pair the share of steps with a negative cosine, the most conflicting pair first.
 *
 * @throws {TypeError} where `records` are none of {@link diagnostics}.
 * @throws {RangeError} where their epoch or step is no count.
 * @example
 * ```ts
 * import { conflicts } from 'tfjs-multitask/train';
 *
 * const step = { epoch: 0, losses: {} };
 * const tasks = ['segmentation', 'reconstruction'] as const;
 * const records = [-0.5, 0.5].map((value, i) => ({ ...step, step: i, cosines: [{ tasks, value }] }));
 * conflicts(records)[0].share; // 0.5
 * ```
 */
export function conflicts<T extends string>(records: readonly StepDiagnostics<T>[]): Conflict<T>[] {
  const pairs = new Map<string, { tasks: readonly [T, T]; values: number[] }>();
  for (const { cosines = [] } of readRecords(records, 'conflicts: records') as readonly StepDiagnostics<T>[]) {
    for (const { tasks, value } of cosines) {
      if (Number.isNaN(value)) continue;
      const key = [...tasks].sort().join(' ');
      const known = pairs.get(key) ?? { tasks, values: [] };
      known.values.push(value);
      pairs.set(key, known);
    }
  }
  const summaries = [...pairs.values()].map(({ tasks, values }): Conflict<T> => {
    const steps = values.length;
    return {
      tasks,
      steps,
      share: values.filter((value) => value < 0).length / steps,
      meanCosine: values.reduce((sum, value) => sum + value, 0) / steps,
      lowestCosine: values.reduce((least, value) => Math.min(least, value), 1),
    };
  });
  return summaries.sort((a, b) => b.share - a.share || a.meanCosine - b.meanCosine);
}
