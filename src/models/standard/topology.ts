import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** Where a layer's input comes from: the output `tensor` of use `node` of `layer`, as in a saved topology. */
export type Source = readonly [layer: string, node: number, tensor: number, args?: object];

/** A layer in a saved topology, and what each of its uses takes. */
export interface SavedLayer {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly Source[])[];
}

/** The graph of a saved net. */
export interface SavedGraph {
  readonly name: string;
  readonly layers: readonly SavedLayer[];
  readonly input_layers: readonly Source[];
  readonly output_layers: readonly Source[];
}

/** The graph of a layer that is a net of its own; undefined for others, and for a `Sequential`. */
export function graphOf({ config }: Pick<SavedLayer, 'config'>): SavedGraph | undefined {
  return Array.isArray(config.layers) && 'output_layers' in config ? (config as unknown as SavedGraph) : undefined;
}

/** All layers of a net but those that are nets: of any depth, of a `Sequential` too. */
export function allLayers({ layers: inner }: { readonly layers: readonly SavedLayer[] }): SavedLayer[] {
  return inner.flatMap((layer) =>
    Array.isArray(layer.config.layers) ? allLayers(layer.config as unknown as SavedGraph) : [layer],
  );
}

/** The layer of a net at a path: the names of the nets around it, and its own. */
export function layerAt(net: LayersModel, path: readonly string[]): layers.Layer {
  return path.reduce<layers.Layer>((around, name) => (around as LayersModel).getLayer(name), net);
}
