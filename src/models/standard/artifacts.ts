import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expand } from './expand';
import { checkReplaced, describe, malformed, type Replaced } from './replaced';
import { separate } from './separate';
import { allLayers, graphOf, type SavedGraph, type SavedLayer } from './topology';
import { readWeights, toOwnWeights, toStandardWeights, type Weights, writeWeights } from './weights';

/** What a saved topology holds beside the standard layers, for this library alone; other readers ignore it. */
const KEY = 'tfjs_multitask';

/** A saved topology: the net as if it were a layer. */
interface Topology {
  readonly class_name: string;
  readonly config: SavedLayer['config'];
  readonly [KEY]?: { readonly config: SavedLayer['config']; readonly replaced: readonly Replaced[] } | undefined;
}

/** Layers of this library that standard layers do not stand for, as 'name (class)'. */
export function ownLayers(topology: unknown): string[] {
  const graph = (topology as Topology).config as unknown as SavedGraph;
  return allLayers(graph).flatMap(({ name, class_name }) =>
    class_name.startsWith('TfjsMultitask') ? [`${name} (${class_name})`] : [],
  );
}

/**
 * Writes a net with standard layers, as far as they compute the same in prediction, and keeps beside them what they were.
 * `own`: classes of this library that stay as they are.
 */
export function toStandard(
  artifacts: io.ModelArtifacts,
  net: LayersModel,
  own: readonly string[] = [],
): io.ModelArtifacts {
  const topology = artifacts.modelTopology as unknown as Topology;
  const graph = graphOf(topology);
  let weights = readWeights(artifacts);
  if (graph === undefined || weights === undefined) return artifacts;
  const replaced: Replaced[] = [];
  const read = (path: readonly string[]): Replaced => describe(net, path);
  const config = { ...expand(separate(graph, read, replaced), read, replaced, own) };
  if (replaced.length === 0) return artifacts;
  const names = new Set(allLayers(config).map(({ name }) => name));
  const kept = replaced.map((each) => {
    const { weights: next, layer } = toStandardWeights(weights as Weights, each, names);
    weights = next;
    return layer;
  });
  const modelTopology = { ...topology, config, [KEY]: { config: topology.config, replaced: kept } };
  return { ...artifacts, modelTopology, ...writeWeights(weights) };
}

/**
 * Undoes {@link toStandard}: the layers with which training goes on. Returns artifacts that were not made by it as they
 * are, and those whose weights are no longer those of such layers.
 *
 * @throws {TypeError} which `who` begins, where what is kept of the layers does not have its form.
 */
export function fromStandard(artifacts: io.ModelArtifacts, who: string): io.ModelArtifacts {
  const { [KEY]: kept, ...topology } = artifacts.modelTopology as unknown as Topology;
  let weights = kept === undefined ? undefined : readWeights(artifacts);
  if (weights === undefined) return artifacts;
  // A value that the standard layers do not have is kept in the topology, whose length bounds them too.
  const values = [...weights.values()].reduce((sum, { bytes }) => sum + bytes.length / 4, 0);
  const { config, replaced } = Object(kept) as NonNullable<typeof kept>;
  checkReplaced(replaced, values + JSON.stringify(kept).length, who);
  try {
    for (const layer of replaced) weights = weights && toOwnWeights(weights, layer);
  } catch (error) {
    throw malformed(who, error); // weights that its class does not have
  }
  if (weights === undefined) return artifacts;
  return { ...artifacts, modelTopology: { ...topology, config }, ...writeWeights(weights) };
}
