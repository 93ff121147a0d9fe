import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkInteger } from './check';
import { checkText } from './check-kinds';
import { layersOfPart } from './parts';

type Layer = LayersModel['layers'][number];

/** Some stages of a part of a net: the first ones, or those from one on. */
export interface Stages {
  readonly part: string;
  readonly from?: number;
  readonly until?: number;
}

/**
 * The layers of some stages. What belongs to no stage, as a decoder behind the encoder, counts as behind the last one.
 *
 * @throws {RangeError} where the part has no layer with weights, or not these stages.
 */
export function layersOfStages(net: LayersModel, { part, from, until }: Stages, caller: string): readonly Layer[] {
  checkText(part, `${caller}: part`);
  const layers = layersOfPart(net, part, caller);
  const last = Math.max(0, ...layers.map(({ stage = 0 }) => stage));
  for (const [name, stage] of Object.entries({ from, until })) {
    if (stage === undefined) continue;
    checkInteger(stage, 1, `${caller}: ${name}`);
    if (stage <= last) continue;
    throw new RangeError(
      last === 0
        ? `${caller}: '${part}' has no stages, so ${name} cannot be given, got ${stage}.`
        : `${caller}: ${name} must be at most ${last}, the stages with weights of '${part}', got ${stage}.`,
    );
  }
  return layers.flatMap(({ layer, stage = Number.POSITIVE_INFINITY }) =>
    stage >= (from ?? 0) && stage <= (until ?? Number.POSITIVE_INFINITY) ? [layer] : [],
  );
}

/** The names of the weights of frozen layers, as their layers chose them. */
export function frozenWeights({ layers }: { readonly layers: readonly Layer[] }): string[] {
  return layers.flatMap((layer) => {
    if ('layers' in layer) return frozenWeights(layer as unknown as LayersModel);
    return layer.trainable ? [] : layer.weights.map(({ originalName }) => originalName);
  });
}

/** Sets whether layers train. */
export function setTrainable(layers: readonly Layer[], trainable: boolean): void {
  for (const layer of layers) layer.trainable = trainable;
}
