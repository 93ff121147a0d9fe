/** A layer of a graph, as far as it matters in which order layers can be called. */
export interface GraphLayer {
  readonly name: string;
  /** Nodes that it has without any call: an input and a model are their own first ones. */
  readonly nodes: number;
  /** For each call, the nodes that it takes its inputs from. */
  readonly calls: readonly (readonly NodeRef[])[];
}

/** A node of a layer: one of its calls. */
export interface NodeRef {
  readonly layer: string;
  readonly node: number;
}

/** How often TensorFlow.js may go over all layers; they are listed in an order in which a few times are enough. */
const MOST_ROUNDS = 1000;

/**
 * Throws where TensorFlow.js would not come to an end when it rebuilds a graph: it goes over the layers again and again
 * and makes the calls whose inputs are there, until none is left. A layer's nodes are numbered as they are made, so a
 * call that must wait while a later one of the same layer is made would silently be another node; that is refused too.
 */
export function checkCalls(layers: readonly GraphLayer[], used: readonly NodeRef[], who: string): void {
  const nodes = new Map(layers.map((layer) => [layer.name, layer.nodes]));
  const isThere = ({ layer, node }: NodeRef): boolean => node < (nodes.get(layer) ?? 0);
  const canBeMade = (call: readonly NodeRef[]): boolean => call.every(isThere);
  let waiting = layers.map(({ name, calls }) => ({ name, calls, made: 0 }));
  for (let round = 0, moved = true; waiting.length > 0; round++) {
    if (!moved) throw stuck(waiting, layers, who);
    if (round === MOST_ROUNDS)
      throw new RangeError(`${who}: expected layers in the order of their calls, found others.`);
    moved = false;
    waiting = waiting.filter((layer) => {
      const { name, calls } = layer;
      for (; layer.made < calls.length && canBeMade(calls[layer.made]); layer.made++) {
        // A call without inputs makes no node.
        if (calls[layer.made].length > 0) nodes.set(name, (nodes.get(name) ?? 0) + 1);
        moved = true;
      }
      if (calls.some((call, i) => i > layer.made && canBeMade(call))) {
        throw new RangeError(`${who}: expected the calls of layer '${name}' in an order in which they can be made.`);
      }
      moved ||= calls.length === 0;
      return layer.made < calls.length;
    });
  }
  const missing = used.find((ref) => !isThere(ref));
  if (missing !== undefined) {
    throw new RangeError(
      `${who}: the model names ${show(missing)} as an input or output, and ${count(missing, nodes)}.`,
    );
  }
}

const show = ({ layer, node }: NodeRef): string => `node ${node} of layer '${layer}'`;

function count({ layer }: NodeRef, nodes: ReadonlyMap<string, number>): string {
  const found = nodes.get(layer);
  return found === undefined ? 'there is no such layer' : `that layer has ${found}`;
}

/** Says why the calls that wait will never be made. */
function stuck(
  waiting: readonly { readonly name: string; readonly calls: GraphLayer['calls']; readonly made: number }[],
  layers: readonly GraphLayer[],
  who: string,
): RangeError {
  const all = new Map(
    layers.map((layer) => [layer.name, layer.nodes + layer.calls.filter((call) => call.length > 0).length]),
  );
  for (const { name, calls, made } of waiting) {
    for (const ref of calls.slice(made).flat()) {
      if (ref.node < (all.get(ref.layer) ?? 0)) continue;
      return new RangeError(`${who}: layer '${name}' takes an input from ${show(ref)}, and ${count(ref, all)}.`);
    }
  }
  const names = waiting.slice(0, 5).map(({ name }) => `'${name}'`);
  return new RangeError(
    `${who}: expected a graph without cycles, found one: the layers ${names.join(', ')} wait for each other.`,
  );
}
