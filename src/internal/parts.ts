import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];

/** A layer of a part of a net. */
interface PartLayer {
  readonly layer: Layer;
  /** Counts from 1, finest first; undefined for what belongs to no stage, such as a decoder behind the encoder. */
  readonly stage: number | undefined;
}

/** The layer with the means and factors of an encoder's weights: it is no stage's, and never trained. */
const isPreprocessing = ({ name }: Layer): boolean => name.endsWith('/preprocess');

const isIn = ({ name }: Layer, part: string): boolean => name === part || name.startsWith(`${part}/`);

/** The layers that `layer` depends on, and itself, as far as their names begin with `prefix`. */
function ancestors(layer: Layer, prefix: string): Set<Layer> {
  const found = new Set<Layer>();
  const visit = (one: Layer): void => {
    if (found.has(one) || !one.name.startsWith(prefix)) return;
    found.add(one);
    for (const { inboundLayers } of one.inboundNodes) inboundLayers.forEach(visit);
  };
  visit(layer);
  return found;
}

/**
 * The stages of encoders, by layer: all that leads to an activation named `.../stage1`, `.../stage2`, ..., which stands
 * behind each stage of a published network, or what is named `.../level1/...` in the encoders of U-Nets.
 */
function findStages(layers: readonly Layer[]): Map<Layer, number> {
  const stages = new Map<Layer, number>();
  const ends = layers.flatMap((layer) => {
    const [, prefix, stage] = /^(.+\/)stage(\d+)$/.exec(layer.name) ?? [];
    return stage === undefined ? [] : [{ layer, prefix, stage: Number(stage) }];
  });
  for (const { layer, prefix, stage } of ends.sort((a, b) => a.stage - b.stage)) {
    for (const one of ancestors(layer, prefix)) if (!stages.has(one)) stages.set(one, stage);
  }
  for (const layer of layers) {
    const level = /^.+\/level(\d+)\//.exec(layer.name)?.[1];
    if (level !== undefined && !stages.has(layer)) stages.set(layer, Number(level));
  }
  return stages;
}

/** What a net's layers are named after: the first words of their names. */
function partsOf(layers: readonly Layer[]): string {
  return [...new Set(layers.map(({ name }) => name.split('/')[0]))].join(', ');
}

/**
 * The layers with weights of a part of a net: those that are named `part` or `part/...`, such as `'encoder'` or a task, or
 * the layers of a stage, `'encoder/stage3'`.
 *
 * @throws {RangeError} where there are none; `caller` begins the sentence.
 */
export function layersOfPart(net: LayersModel, part: string, caller: string): readonly PartLayer[] {
  const layers = net.layers.filter((layer) => layer.weights.length > 0 && !isPreprocessing(layer));
  const stages = findStages(net.layers);
  const [, around, number] = /^(.+)\/stage(\d+)$/.exec(part) ?? [];
  const own = layers.map((layer) => ({ layer, stage: stages.get(layer) }));
  const found =
    around === undefined
      ? own.filter(({ layer }) => isIn(layer, part))
      : own.filter(({ layer, stage }) => isIn(layer, around) && stage === Number(number));
  if (found.length > 0) return found;
  throw new RangeError(
    `${caller}: no layer with weights belongs to '${part}'; the parts are ${partsOf(layers)}, and for an encoder ` +
      "its stages, such as 'encoder/stage1'.",
  );
}
