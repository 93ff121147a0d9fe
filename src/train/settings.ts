import type { Optimizer } from '@tensorflow/tfjs-core';
import { checkChoice, checkInteger, checkRange } from '../internal/check';
import { checkCalled } from '../internal/check-called';
import {
  checkFunction,
  checkMetric,
  checkNumber,
  checkRecord,
  checkWeighting,
  isRecord,
  refuseKind,
} from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { didYouMean, nearest } from '../internal/nearest';
import type { Aggregator, ByTask, ElementwiseAggregator, Loss, Weighting } from '../types';
import type { TaskMetrics } from './scores';
import type { TrainerOptions } from './types';
import { fixedWeights } from './weightings/fixed-weights';

/** A trainer's options, checked and with their defaults. */
export interface TrainerSettings<T extends string> {
  readonly optimizer: Optimizer;
  readonly losses: ByTask<T, Loss>;
  readonly metrics: TaskMetrics<T>;
  readonly weighting: Weighting<T>;
  readonly aggregator: Aggregator<T> | ElementwiseAggregator<T> | undefined;
  readonly gradientsAt: 'parameters' | 'representation';
  readonly clipNorm: number | undefined;
  readonly learningRates: Readonly<Record<string, number>>;
  readonly accumulate: number;
  readonly averageDecay: number | undefined;
}

/** Throws unless the metrics of a task have names. */
function checkTaskMetrics(ofTask: object, task: string): void {
  const name = `createTrainer: metrics.${task}`;
  const write = `write metrics: { ${task}: { dice: dice() } }, with any name`;
  if (!isRecord(ofTask)) refuseKind(ofTask, name, 'an object', `; ${write}`);
  if (['update', 'compute'].every((member) => typeof Reflect.get(ofTask, member) === 'function')) {
    throw new TypeError(`${name} must be an object of metrics, got a metric; ${write}.`);
  }
}

/** Throws unless there is a loss for each of the model's tasks, and nothing names another one. */
function checkNames<T extends string>(
  tasks: readonly T[],
  { losses, metrics, weighting, aggregator }: TrainerSettings<T>,
): void {
  checkRecord(losses, 'createTrainer: losses');
  checkRecord(metrics, 'createTrainer: metrics');
  checkWeighting(weighting, 'createTrainer: weighting');
  if (weighting.variables?.some(({ isDisposed }) => isDisposed)) {
    throw new Error(
      'createTrainer: weighting has been disposed, which a trainer does with the one that it was given; make one for each.',
    );
  }
  for (const [part, names] of [
    ['losses', Object.keys(losses)],
    ['metrics', Object.keys(metrics)],
    ['weighting', weighting.tasks ?? []],
    ['aggregator', aggregator?.tasks ?? []],
  ] as const) {
    const unknown = names.find((name) => !(tasks as readonly string[]).includes(name));
    if (unknown !== undefined) {
      const hint = didYouMean(nearest(unknown, tasks));
      throw new RangeError(
        `createTrainer: ${part} name the unknown task '${unknown}'; the model has ${tasks.join(', ')}.${hint}`,
      );
    }
  }
  const missing = tasks.filter((task) => losses[task] === undefined);
  if (missing.length > 0) {
    throw new RangeError(`createTrainer: no loss for ${missing.join(', ')}; give each of the model's tasks one.`);
  }
  for (const task of tasks) {
    checkFunction(losses[task], `createTrainer: losses.${task}`, 'softDice()');
    checkCalled(losses[task], `createTrainer: losses.${task}`);
  }
  const marked = tasks.find((task) => losses[task].ignoreIndex !== undefined && losses[task].length < 3);
  if (marked !== undefined) {
    throw new RangeError(
      `createTrainer: the loss of '${marked}' has an ignoreIndex, and takes no third argument \`weight\`, which is 0 at the ` +
        'elements to leave out.',
    );
  }
  for (const [task, ofTask = {}] of Object.entries<object | undefined>(metrics)) {
    checkTaskMetrics(ofTask, task);
    if ('loss' in ofTask) throw new RangeError(`createTrainer: a metric of '${task}' may not be called 'loss'.`);
    for (const [name, metric] of Object.entries(ofTask)) checkMetric(metric, `createTrainer: metrics.${task}.${name}`);
  }
}

function checkRanges({ clipNorm, accumulate, averageDecay }: TrainerSettings<string>): void {
  checkInteger(accumulate, 1, 'createTrainer: accumulate');
  if (clipNorm !== undefined) checkNumber(clipNorm, 'createTrainer: clipNorm');
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    throw new RangeError(`createTrainer: clipNorm must be positive, got ${clipNorm}.`);
  }
  if (averageDecay !== undefined) checkRange(averageDecay, 0, 1, 'createTrainer: averageDecay');
}

const OPTIONS = [
  'optimizer',
  'losses',
  'metrics',
  'weighting',
  'aggregator',
  'gradientsAt',
  'clipNorm',
  'learningRates',
  'accumulate',
  'averageDecay',
] as const;

/** Fills in the defaults. Throws unless the options are in range and name the model's tasks. */
export function completeSettings<T extends string, M extends TaskMetrics<T>>(
  tasks: readonly T[],
  options: TrainerOptions<T, M>,
): TrainerSettings<T> {
  checkOptions<TrainerOptions<T, M>, keyof TrainerOptions<T, M>>(options, OPTIONS, 'createTrainer');
  const {
    optimizer,
    losses,
    metrics = {},
    weighting = fixedWeights<T>(),
    aggregator,
    gradientsAt = 'parameters',
    clipNorm,
    learningRates = {},
    accumulate = 1,
    averageDecay,
  } = options;
  const settings = {
    optimizer,
    losses,
    metrics,
    weighting,
    aggregator,
    gradientsAt,
    clipNorm,
    learningRates,
    accumulate,
    averageDecay,
  };
  if (aggregator !== undefined && options.weighting !== undefined) {
    throw new TypeError(
      'createTrainer: give a weighting (which joins losses) or an aggregator (which joins gradients), not both.',
    );
  }
  if (aggregator !== undefined && gradientsAt === 'representation' && accumulate > 1) {
    throw new RangeError(
      `createTrainer: accumulate: ${accumulate} with gradientsAt: 'representation' would join the gradients of each batch by ` +
        "itself, and not those of the whole step; take gradientsAt: 'parameters', or accumulate: 1 with larger batches.",
    );
  }
  checkChoice(gradientsAt, ['parameters', 'representation'], 'createTrainer: gradientsAt');
  checkNames(tasks, settings);
  checkRanges(settings);
  return settings;
}
