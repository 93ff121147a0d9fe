import { tensor, tidy } from '@tensorflow/tfjs-core';
import { namedWeights, readWeights, writeWeights } from '../internal/layer-weights';
import { checkFinite, readState, type SavedState, type StatefulParts } from './check-state';
import { loadOptimizer, saveOptimizer } from './step/optimizer-state';

export async function saveParts<T extends string>(
  { model, optimizer, weighting, learned, aggregator, learningRates, averageDecay, average }: StatefulParts<T>,
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
    learningRates,
    averageDecay: averageDecay ?? null,
    average: average === undefined ? null : await average.save(),
  };
  checkFinite(state, 'save');
  return state;
}

/**
 * Restores what `saveParts` returned, and returns it. Throws if it was saved from other parts: before anything is changed,
 * except where a weighting or an aggregator refuses what it remembered.
 */
export function loadParts<T extends string>(parts: StatefulParts<T>, saved: unknown): SavedState {
  const { model, optimizer, weighting, learned, aggregator, average } = parts;
  const state = readState(parts, saved);
  if (aggregator?.save !== undefined) aggregator.load?.(state.aggregator?.memory ?? null);
  if (weighting.save !== undefined) weighting.load?.(state.weighting);
  loadOptimizer(optimizer, state.optimizer);
  const weights = state.weights.map(({ data }) => data);
  writeWeights(model.net, weights, 'resume');
  tidy(() => {
    for (const [i, value] of state.weightingVariables.entries()) learned[i].assign(tensor(value, learned[i].shape));
  });
  if (state.average !== null) average?.load(state.average);
  return state;
}
