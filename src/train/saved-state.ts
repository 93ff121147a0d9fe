import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { firstNonFinite, namedWeights, readWeights, writeWeights } from '../internal/layer-weights';
import type { MultitaskModel, PlainData } from '../types';
import type { TrainerSettings } from './settings';
import { loadOptimizer, saveOptimizer } from './step/optimizer-state';
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
  readonly optimizer: PlainData;
  /** Null where it has none; earlier versions did not write it. */
  readonly weightingName?: string | null;
  readonly weighting: PlainData;
  readonly weightingVariables: readonly Float32Array[];
  readonly aggregator: { readonly name: string; readonly memory: PlainData } | null;
  /** Null where no average is kept; earlier versions did not write it. */
  readonly averageDecay?: number | null;
  readonly average: PlainData;
};

/** What a state is saved from and restored to. */
export interface StatefulParts<T extends string>
  extends Pick<TrainerSettings<T>, 'optimizer' | 'weighting' | 'aggregator' | 'averageDecay'> {
  readonly model: MultitaskModel<T>;
  /** What the weighting learns. */
  readonly learned: readonly Variable[];
  readonly average: WeightAverage | undefined;
}

export async function saveParts<T extends string>(
  { model, optimizer, weighting, learned, aggregator, averageDecay, average }: StatefulParts<T>,
  counters: { readonly steps: number; readonly epoch: number },
): Promise<SavedState> {
  const values = await readWeights(model.net);
  const state = {
    tasks: model.tasks,
    weights: namedWeights(model.net).map(({ name, variable }, i) => ({
      name,
      shape: variable.shape,
      data: values[i],
    })),
    ...counters,
    optimizer: await saveOptimizer(optimizer),
    weightingName: weighting.name ?? null,
    weighting: weighting.save?.() ?? null,
    weightingVariables: await Promise.all(learned.map(async (v) => (await v.data<'float32'>()).slice())),
    aggregator: aggregator === undefined ? null : { name: aggregator.name, memory: aggregator.save?.() ?? null },
    averageDecay: averageDecay ?? null,
    average: average === undefined ? null : await average.save(),
  };
  checkFinite(state);
  return state;
}

/** The path to the first array that holds NaN or infinity. */
function findNonFinite(value: PlainData, path: string): string | undefined {
  if (value instanceof Float32Array) {
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
function checkFinite({ weights, average, optimizer, weightingVariables }: SavedState): void {
  const weight = weights.find(({ data }) => firstNonFinite(data) !== undefined);
  const found =
    weight === undefined
      ? findNonFinite({ average, optimizer, weightingVariables }, 'the state')
      : `the weight ${weight.name} holds ${firstNonFinite(weight.data)}`;
  if (found === undefined) return;
  throw new RangeError(
    `save: ${found}, so nothing was saved. Go back to the last checkpoint, with a smaller learning rate or clipNorm.`,
  );
}

/** Restores what `saveParts` returned. Throws if it was saved from other parts. */
export function loadParts<T extends string>(parts: StatefulParts<T>, state: SavedState): void {
  const { model, optimizer, weighting, learned, aggregator, average } = parts;
  checkModel(model, state);
  checkParts(parts, state);
  loadOptimizer(optimizer, state.optimizer);
  writeWeights(
    model.net,
    state.weights.map(({ data }) => data),
    'resume',
  );
  if (state.aggregator?.memory != null) aggregator?.load?.(state.aggregator.memory);
  if (state.weighting !== null) weighting.load?.(state.weighting);
  tidy(() => {
    for (const [i, value] of state.weightingVariables.entries()) learned[i].assign(tensor(value, learned[i].shape));
  });
  if (state.average !== null) average?.load(state.average);
}

/** Throws unless a saved state was balanced and averaged the way this trainer does. */
function checkParts<T extends string>(
  { aggregator, weighting, learned, averageDecay }: StatefulParts<T>,
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
  if (savedDecay !== decay) {
    const say = (value: number | null): string => (value === null ? 'no averageDecay' : `averageDecay ${value}`);
    refuse(say(savedDecay), say(decay));
  }
}

/** Throws unless a saved state belongs to this model. */
function checkModel(model: MultitaskModel<string>, saved: SavedState): void {
  const describe = ({ name, shape }: { name: string; shape: readonly number[] }): string => `${name} [${shape}]`;
  const own = namedWeights(model.net).map(({ name, variable }) => describe({ name, shape: variable.shape }));
  const theirs = saved.weights.map(describe);
  if (saved.tasks.join() !== model.tasks.join()) {
    throw new RangeError(
      `resume: the checkpoint is of a model with the tasks ${saved.tasks.join(', ')}, this one has ${model.tasks.join(', ')}.`,
    );
  }
  const at = own.findIndex((weight, i) => weight !== theirs[i]);
  if (at >= 0 || own.length !== theirs.length) {
    const place = at >= 0 ? at : own.length;
    throw new RangeError(
      `resume: the checkpoint is of another model: weight ${place} is ${theirs[place] ?? 'missing'} there and ` +
        `${own[place] ?? 'missing'} here. Build the model with the options of the first run.`,
    );
  }
}
