import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

export type Layer = LayersModel['layers'][number];

/** A weight of a model, to be filled. */
export interface WeightTarget {
  /** With the names of its layer and of the models around it. */
  readonly name: string;
  /** In its layer: `'kernel'`. */
  readonly weight: string;
  readonly shape: readonly number[];
  readonly variable: Variable;
}

/** A layer with weights. */
export interface TargetLayer {
  /** With the names of the models around it, without the prefix. */
  readonly path: string;
  readonly layer: Layer;
  readonly weights: readonly WeightTarget[];
}

/** The names of weights within their layer; tfjs puts the layer's name before them. */
function weightName(layer: Layer, originalName: string): string {
  if (originalName.startsWith(`${layer.name}/`)) return originalName.slice(layer.name.length + 1);
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

function collect(layers: readonly Layer[], outside: string, into: TargetLayer[]): void {
  for (const layer of layers) {
    const path = `${outside}${layer.name}`;
    if ('layers' in layer) {
      collect((layer as LayersModel).layers, `${path}/`, into);
      continue;
    }
    const weights = layer.weights.map((weight): WeightTarget => {
      const variable = weight.read() as Variable;
      const own = weightName(layer, weight.originalName);
      return { name: `${path}/${own}`, weight: own, shape: variable.shape, variable };
    });
    const isThere = into.some((other) => other.layer === layer);
    if (weights.length > 0 && !isThere) into.push({ path, layer, weights });
  }
}

/** Layers by their names: whether a path is one of them, or of a model that is. */
export function isIn(path: string, names: readonly string[]): boolean {
  return names.some((name) => path === name || path.startsWith(`${name}/`));
}

/**
 * The layers with weights whose names begin with `prefix`, which their paths go on without, in the order of the net;
 * without those that `keep` names.
 */
export function targetLayers(net: LayersModel, prefix: string, keep: readonly string[]): TargetLayer[] {
  const found: TargetLayer[] = [];
  collect(net.layers, '', found);
  return found
    .filter(({ path }) => path.startsWith(prefix))
    .map((target) => ({ ...target, path: target.path.slice(prefix.length) }))
    .filter(({ path }) => !isIn(path, keep));
}
