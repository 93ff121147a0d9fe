import { checkChoice, checkInteger, checkRange } from '../internal/check';
import { namedWeights } from '../internal/layer-weights';
import type { MultitaskModel, PlainData } from '../types';

/** What `trainer.save()` gives. */
export interface TrainerState {
  readonly tasks: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
  /** Steps made so far: what dropout masks depend on. */
  readonly steps: number;
  /** The epoch of the last of them. */
  readonly epoch: number;
  readonly optimizer: PlainData;
  /** Null where it has none; earlier versions did not write it. */
  readonly weightingName?: string | null;
  readonly weighting: PlainData;
  readonly weightingVariables: readonly Float32Array[];
  readonly aggregator: { readonly name: string; readonly memory: PlainData } | null;
  /** Null where no average is kept; earlier versions did not write it. */
  readonly averageDecay?: number | null;
  readonly average: PlainData;
}

/** Throws unless the options are in range and name exactly the model's tasks, or some of them where that is enough. */
export function checkTrainerOptions(
  tasks: readonly string[],
  options: {
    readonly losses: object;
    readonly metrics: object;
    readonly weighting: readonly string[] | undefined;
    readonly aggregator: { readonly tasks?: readonly string[] } | undefined;
    readonly bothGiven: boolean;
    readonly gradientsAt: string;
    readonly clipNorm: number | undefined;
    readonly accumulate: number;
    readonly averageDecay: number | undefined;
  },
): void {
  const { clipNorm, accumulate, averageDecay } = options;
  if (options.bothGiven) {
    throw new TypeError(
      'createTrainer: give a weighting (which joins losses) or an aggregator (which joins gradients), not both.',
    );
  }
  checkChoice(options.gradientsAt, ['parameters', 'representation'], 'createTrainer: gradientsAt');
  const known = `the model has ${tasks.join(', ')}`;
  const missing = tasks.filter((task) => typeof (options.losses as Record<string, unknown>)[task] !== 'function');
  if (missing.length > 0) {
    throw new RangeError(`createTrainer: no loss for ${missing.join(', ')}; give each of the model's tasks one.`);
  }
  for (const [part, names] of [
    ['losses', Object.keys(options.losses)],
    ['metrics', Object.keys(options.metrics)],
    ['weighting', options.weighting ?? []],
    ['aggregator', options.aggregator?.tasks ?? []],
  ] as const) {
    const unknown = names.filter((name) => !tasks.includes(name));
    if (unknown.length > 0) {
      throw new RangeError(`createTrainer: ${part} name the unknown task '${unknown[0]}'; ${known}.`);
    }
  }
  for (const [task, metrics] of Object.entries(options.metrics)) {
    if ('loss' in metrics) throw new RangeError(`createTrainer: a metric of '${task}' may not be called 'loss'.`);
  }
  checkInteger(accumulate, 1, 'createTrainer: accumulate');
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    throw new RangeError(`createTrainer: clipNorm must be positive, got ${clipNorm}.`);
  }
  if (averageDecay !== undefined) checkRange(averageDecay, 0, 1, 'createTrainer: averageDecay');
}

/** Throws unless a saved state was balanced and averaged in the way that the trainer does it. */
export function checkTrainingState(
  state: TrainerState,
  trainer: {
    readonly aggregator: string | undefined;
    readonly weighting: string | null;
    readonly learned: number;
    readonly averageDecay: number | null;
  },
): void {
  const refuse = (saved: string, own: string): never => {
    throw new RangeError(`resume: the checkpoint was written with ${saved}, the trainer has ${own}.`);
  };
  if (state.aggregator?.name !== trainer.aggregator) {
    refuse(state.aggregator?.name ?? 'no aggregator', trainer.aggregator ?? 'none');
  }
  const { weightingName = trainer.weighting, averageDecay = trainer.averageDecay } = state;
  if (weightingName !== trainer.weighting) {
    refuse(`the weighting ${weightingName ?? 'without a name'}`, trainer.weighting ?? 'one without a name');
  }
  if (state.weightingVariables.length !== trainer.learned) {
    throw new RangeError(
      `resume: the checkpoint's weighting learns ${state.weightingVariables.length} numbers, the trainer's ` +
        `${trainer.learned}.`,
    );
  }
  if (averageDecay !== trainer.averageDecay) {
    const say = (decay: number | null): string => (decay === null ? 'no averageDecay' : `averageDecay ${decay}`);
    refuse(say(averageDecay), say(trainer.averageDecay));
  }
}

/** Throws unless a saved state belongs to this model. */
export function checkModelState(model: MultitaskModel<string>, state: TrainerState): void {
  const describe = ({ name, shape }: { name: string; shape: readonly number[] }): string => `${name} [${shape}]`;
  const own = namedWeights(model.net).map(({ name, variable }) => describe({ name, shape: variable.shape }));
  const saved = state.weights.map(describe);
  if (state.tasks.join() !== model.tasks.join()) {
    throw new RangeError(
      `resume: the checkpoint is of a model with the tasks ${state.tasks.join(', ')}, this one has ${model.tasks.join(', ')}.`,
    );
  }
  const at = own.findIndex((weight, i) => weight !== saved[i]);
  if (at >= 0 || own.length !== saved.length) {
    const place = at >= 0 ? at : own.length;
    throw new RangeError(
      `resume: the checkpoint is of another model: weight ${place} is ${saved[place] ?? 'missing'} there and ` +
        `${own[place] ?? 'missing'} here. Build the model with the options of the first run.`,
    );
  }
}
