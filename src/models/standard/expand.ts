import type { Form, Part } from './form';
import { formOf } from './forms';
import type { Replaced } from './replaced';
import { graphOf, type SavedGraph, type SavedLayer, type Source } from './topology';

const partName = (layer: string, part: string): string => (part === '' ? layer : `${layer}/${part}`);

/** A standard layer where the saved layer was, used as often. */
export function inPlaceOf({ name, config, inbound_nodes }: SavedLayer, part: Part): SavedLayer {
  const own = partName(name, part.name);
  return {
    name: own,
    class_name: part.className,
    config: { name: own, trainable: config.trainable ?? true, ...part.config },
    inbound_nodes: inbound_nodes.map((sources, node) =>
      part.from.map((from): Source => (typeof from === 'number' ? sources[from] : [partName(name, from), node, 0, {}])),
    ),
  };
}

/** Leaves out the parts of outputs that nothing takes: tfjs would, too, and then find weights too many. */
function withoutUnused(graph: SavedGraph): SavedGraph {
  const layers = new Map(graph.layers.map((layer) => [layer.name, layer]));
  const used = new Set<string>();
  const visit = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    for (const [source] of layers.get(name)?.inbound_nodes.flat() ?? []) visit(source);
  };
  for (const [name] of [...graph.output_layers, ...graph.input_layers]) visit(name);
  return { ...graph, layers: graph.layers.filter(({ name }) => used.has(name)) };
}

/**
 * Puts standard layers in the place of those of this library, as far as they have a form, in nets within the net too.
 * The other layers, and the outputs of the net, keep their names. `describe` gets the names of the nets around a layer
 * and its own; `replaced` what it said of each that was replaced. Classes in `kept` stay.
 */
export function expand(
  graph: SavedGraph,
  describe: (path: readonly string[]) => Replaced,
  replaced: Replaced[],
  kept: readonly string[] = [],
  path: readonly string[] = [],
): SavedGraph {
  const forms = new Map<string, Form>();
  const layers = graph.layers.flatMap((layer): SavedLayer[] => {
    const here = [...path, layer.name];
    const inner = graphOf(layer);
    if (inner !== undefined) return [{ ...layer, config: { ...expand(inner, describe, replaced, kept, here) } }];
    const form = kept.includes(layer.class_name) ? undefined : formOf(layer.class_name);
    if (form === undefined) return [layer];
    const described = describe(here);
    const parts = form.parts(layer, described.inputs);
    if (parts === undefined) return [layer];
    forms.set(layer.name, form);
    replaced.push(described);
    return parts.map((part) => inPlaceOf(layer, part));
  });
  const follow = (source: Source): Source => {
    const [name, node, tensor, ...rest] = source;
    const output = forms.get(name)?.output;
    return output === undefined ? source : [partName(name, output(tensor)), node, 0, ...rest];
  };
  return withoutUnused({
    ...graph,
    layers: layers.map((layer) => ({ ...layer, inbound_nodes: layer.inbound_nodes.map((node) => node.map(follow)) })),
    output_layers: graph.output_layers.map(follow),
  });
}
