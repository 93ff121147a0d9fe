import type { Variable } from '@tensorflow/tfjs-core';
import { firstNonFinite, namedWeights, weightVariables } from '../internal/layer-weights';
import {
  anything,
  fields,
  finite,
  floats,
  integer,
  isFloats,
  listOf,
  optional,
  orNull,
  recordOf,
  text,
} from '../internal/readers';
import type { MultitaskModel, PlainData } from '../types';
import type { TrainerSettings } from './settings';
import { checkOptimizer, readOptimizer, type SavedOptimizer } from './step/optimizer-state';
import type { WeightAverage } from './step/weight-average';

/** What `trainer.save()` returns. */
export type SavedState = {
  readonly tasks: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
  /** Steps made so far: dropout masks depend on it. */
  readonly steps: number;
  /** The epoch of the last of them. */
  readonly epoch: number;
  readonly optimizer: SavedOptimizer;
  /** Null where it has none; earlier versions did not write it. */
  readonly weightingName?: string | null | undefined;
  readonly weighting: PlainData;
  readonly weightingVariables: readonly Float32Array[];
  readonly aggregator: { readonly name: string; readonly memory: PlainData } | null;
  /** By part of the model; earlier versions did not write it. */
  readonly learningRates?: Readonly<Record<string, number>> | undefined;
  /** Null where no average is kept; earlier versions did not write it. */
  readonly averageDecay?: number | null | undefined;
  /** Null where none is kept. */
  readonly average: readonly Float32Array[] | null;
};

/** What a state is saved from and restored to. */
export interface StatefulParts<T extends string>
  extends Pick<TrainerSettings<T>, 'optimizer' | 'weighting' | 'aggregator' | 'learningRates' | 'averageDecay'> {
  readonly model: MultitaskModel<T>;
  /** What the weighting learns. */
  readonly learned: readonly Variable[];
  readonly average: WeightAverage | undefined;
}

const readFields = fields({
  tasks: listOf(text),
  weights: listOf(fields({ name: text, shape: listOf(integer()), data: floats })),
  steps: integer(),
  epoch: integer(),
  optimizer: readOptimizer,
  weightingName: optional(orNull(text)),
  weighting: anything,
  weightingVariables: listOf(floats),
  aggregator: orNull(fields({ name: text, memory: anything })),
  learningRates: optional(recordOf(finite(0))),
  averageDecay: optional(orNull(finite())),
  average: orNull(listOf(floats)),
});

/**
 * Checks a saved state, which may be a stranger's, against what it is to be restored to, and changes nothing. What a
 * weighting or an aggregator remembers is checked by their own `load`.
 *
 * @throws {TypeError} or RangeError where it is no state, or one of other parts.
 */
export function readState<T extends string>(parts: StatefulParts<T>, value: unknown): SavedState {
  const state = readFields(value, 'resume: trainer') as SavedState;
  checkModel(parts.model, state);
  checkParts(parts, state);
  checkOptimizer(parts.optimizer, state.optimizer, [...weightVariables(parts.model.net), ...parts.learned]);
  checkFinite(state, 'resume');
  return state;
}

/** The path to the first array that holds NaN or infinity. */
function findNonFinite(value: PlainData, path: string): string | undefined {
  if (isFloats(value)) {
    const found = firstNonFinite(value);
    return found === undefined ? undefined : `${path} holds ${found}`;
  }
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return undefined;
  for (const [key, inner] of Object.entries<PlainData>(value as Record<string, PlainData>)) {
    const found = findNonFinite(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Throws where nothing good can come of going on from a state, so that the last good checkpoint stays the newest. */
export function checkFinite(
  { weights, average, optimizer, weightingVariables }: SavedState,
  caller: 'save' | 'resume',
): void {
  const weight = weights.find(({ data }) => firstNonFinite(data) !== undefined);
  const found =
    weight === undefined
      ? findNonFinite({ average, optimizer, weightingVariables }, 'the state')
      : `the weight ${weight.name} holds ${firstNonFinite(weight.data)}`;
  if (found === undefined) return;
  throw new RangeError(
    `${caller}: ${found}, so nothing was ${caller === 'save' ? 'saved' : 'loaded'}. Go back to the last checkpoint, with a ` +
      'smaller learning rate or clipNorm.',
  );
}

function describeRates(rates: Readonly<Record<string, number>>): string {
  const parts = Object.keys(rates).sort();
  return parts.length === 0
    ? 'no learningRates'
    : `learningRates { ${parts.map((part) => `'${part}': ${rates[part]}`).join(', ')} }`;
}

/** Throws unless a saved state was balanced and averaged the way this trainer does. */
function checkParts<T extends string>(
  { model, aggregator, weighting, learned, learningRates, average, averageDecay }: StatefulParts<T>,
  saved: SavedState,
): void {
  const refuse = (what: string, own: string): never => {
    throw new RangeError(`resume: the checkpoint was written with ${what}, the trainer has ${own}.`);
  };
  if (saved.aggregator?.name !== aggregator?.name) {
    refuse(saved.aggregator?.name ?? 'no aggregator', aggregator?.name ?? 'none');
  }
  const { name = null } = weighting;
  const decay = averageDecay ?? null;
  const { weightingName = name, averageDecay: savedDecay = decay } = saved;
  if (weightingName !== name) {
    refuse(`the weighting ${weightingName ?? 'without a name'}`, name ?? 'one without a name');
  }
  if (saved.weightingVariables.length !== learned.length) {
    throw new RangeError(
      `resume: the checkpoint's weighting learns ${saved.weightingVariables.length} numbers, the trainer's ` +
        `${learned.length}.`,
    );
  }
  checkSizes(saved.weightingVariables, learned, 'learned weight');
  const { learningRates: savedRates = learningRates } = saved;
  if (describeRates(savedRates) !== describeRates(learningRates)) {
    refuse(describeRates(savedRates), describeRates(learningRates));
  }
  if (savedDecay !== decay) {
    const say = (value: number | null): string => (value === null ? 'no averageDecay' : `averageDecay ${value}`);
    refuse(say(savedDecay), say(decay));
  }
  if ((saved.average === null) !== (average === undefined)) {
    refuse(saved.average === null ? 'no average' : 'an average', average === undefined ? 'none' : 'one');
  }
  // Nothing is averaged before the first update.
  if (saved.average?.length) checkSizes(saved.average, weightVariables(model.net), 'averaged weight');
  for (const [who, part, memory] of [
    ['weighting', weighting, saved.weighting],
    ['aggregator', aggregator, saved.aggregator?.memory ?? null],
  ] as const) {
    if (memory !== null && part?.save === undefined) refuse(`a memory of its ${who}`, 'one without');
  }
}

/** Throws unless there is an array for each variable, as long as that. */
function checkSizes(values: readonly Float32Array[], variables: readonly Variable[], what: string): void {
  for (let i = 0; i < Math.max(values.length, variables.length); i++) {
    const [theirs, own] = [values[i]?.length ?? 0, variables[i]?.size ?? 0];
    if (theirs === own) continue;
    throw new RangeError(`resume: the checkpoint has ${theirs} numbers for ${what} ${i}, the trainer ${own}.`);
  }
}

export function checkTasks(saved: readonly string[], own: readonly string[]): void {
  if (saved.join() === own.join()) return;
  throw new RangeError(
    `resume: the checkpoint is of a model with the tasks ${saved.join(', ')}, this one has ${own.join(', ')}.`,
  );
}

/** Throws unless a saved state belongs to this model. */
function checkModel(model: MultitaskModel<string>, saved: SavedState): void {
  const describe = ({ name, shape }: { name: string; shape: readonly number[] }): string => `${name} [${shape}]`;
  const own = namedWeights(model.net).map(({ name, variable }) => describe({ name, shape: variable.shape }));
  const theirs = saved.weights.map(describe);
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
  checkTasks(saved.tasks, model.tasks);
  const at = own.findIndex((weight, i) => weight !== theirs[i]);
  if (at >= 0 || own.length !== theirs.length) {
    const place = at >= 0 ? at : own.length;
    throw new RangeError(
      `resume: the checkpoint is of another model: weight ${place} is ${theirs[place] ?? 'missing'} there and ` +
        `${own[place] ?? 'missing'} here. Build the model with the options of the first run.`,
    );
  }
  const torn = saved.weights.find(({ shape, data }) => data.length !== sizeOf(shape));
  if (torn !== undefined) {
    throw new RangeError(`resume: the weight ${describe(torn)} has ${torn.data.length} numbers in the checkpoint.`);
  }
}
