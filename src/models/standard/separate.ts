import { inPlaceOf } from './expand';
import { perChannel } from './form';
import type { Replaced } from './replaced';
import { graphOf, type SavedGraph, type SavedLayer, type Source } from './topology';

const REPEAT = 'TfjsMultitaskRepeatBatch';
const SLICE = 'TfjsMultitaskSliceBatch';
const FILM = 'TfjsMultitaskFilm';

/** The layers that see the repeated batch, by their names. */
function seeingRepeated(layers: readonly SavedLayer[]): Set<string> {
  const found = new Set(layers.filter(({ class_name }) => class_name === REPEAT).map(({ name }) => name));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { name, class_name, inbound_nodes } of layers) {
      if (class_name !== SLICE && inbound_nodes.flat().some(([source]) => found.has(source))) found.add(name);
    }
  }
  return found;
}

/**
 * Uses the layers between a `RepeatBatch` and its `SliceBatch`es once for each part of the batch: standard layers have
 * nothing that repeats a batch or cuts it up. A `Film` becomes one layer for each part. A graph that uses these layers
 * in another way than `film()` stays as it is.
 */
export function separate(
  graph: SavedGraph,
  describe: (path: readonly string[]) => Replaced,
  replaced: Replaced[],
): SavedGraph {
  const repeats = graph.layers.filter(({ class_name }) => class_name === REPEAT);
  if (repeats.length !== 1) return graph;
  const [repeat] = repeats;
  const times = repeat.config.times as number;
  const repeated = seeingRepeated(graph.layers);
  const films = graph.layers.filter(({ class_name }) => class_name === FILM);
  const slices = graph.layers.filter(({ class_name }) => class_name === SLICE);
  const fits =
    graph.output_layers.every(([name]) => !repeated.has(name)) &&
    graph.layers.every((layer) => {
      const sources = layer.inbound_nodes.flat().map(([name]) => name);
      return sources.every((name) => repeated.has(name) === repeated.has(sources[0]));
    }) &&
    graph.layers.every((layer) => !repeated.has(layer.name) || graphOf(layer) === undefined) &&
    films.every(({ name, config }) => repeated.has(name) && config.conditions === times) &&
    films.every(({ name }) => describe([name]).inputs.every((shape) => shape.length === 4)) &&
    slices.every(({ config }) => config.parts === times);
  if (!fits) return graph;

  const filmNames = new Set(films.map(({ name }) => name));
  /** Where a source lies for one part of the batch. */
  const forPart = (source: Source, part: number): Source => {
    const [name, node, tensor, ...rest] = source;
    if (name === repeat.name) return repeat.inbound_nodes[node][0];
    if (filmNames.has(name)) return [`${name}/${part + 1}`, node, tensor, ...rest];
    return repeated.has(name) ? [name, node * times + part, tensor, ...rest] : source;
  };
  const parts = Array.from({ length: times }, (_, part) => part);
  const layers = graph.layers.flatMap((layer): SavedLayer[] => {
    const { name, class_name, inbound_nodes, config } = layer;
    const nodesFor = (part: number) => inbound_nodes.map((node) => node.map((source) => forPart(source, part)));
    if (name === repeat.name) return [];
    if (class_name === SLICE) {
      const sliced = { ...layer, inbound_nodes: nodesFor(config.index as number) };
      return [inPlaceOf(sliced, { name: '', className: 'Activation', config: { activation: 'linear' }, from: [0] })];
    }
    if (class_name === FILM) {
      return parts.map((part) =>
        inPlaceOf({ ...layer, inbound_nodes: nodesFor(part) }, perChannel(`${part + 1}`, [0], true)),
      );
    }
    if (!repeated.has(name)) return [layer];
    return [
      {
        ...layer,
        inbound_nodes: inbound_nodes.flatMap((node) => parts.map((part) => node.map((s) => forPart(s, part)))),
      },
    ];
  });
  replaced.push(...[repeat, ...films, ...slices].map(({ name }) => describe([name])));
  return { ...graph, layers };
}
