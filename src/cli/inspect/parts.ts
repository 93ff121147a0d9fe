import type { LayerCall, Value } from './follow-calls';

/** What a net consists of: the layers whose names begin alike, such as all of `encoder/...`. */
export interface Part {
  readonly name: string;
  readonly calls: readonly LayerCall[];
  /** The parts whose outputs it takes, in the order of the net. */
  readonly from: readonly string[];
}

/** The beginning of a layer's name. */
const partOf = ({ name }: LayerCall): string => name.split('/')[0];

/** The parts of a net, in the order in which they are computed. */
export function partsOf(calls: readonly LayerCall[]): Part[] {
  const madeBy = new Map<Value, string>();
  const parts = new Map<string, { name: string; calls: LayerCall[]; from: Set<string> }>();
  for (const call of calls) {
    const name = partOf(call);
    const part = parts.get(name) ?? { name, calls: [], from: new Set<string>() };
    parts.set(name, part);
    part.calls.push(call);
    for (const output of call.outputs) madeBy.set(output, name);
    for (const input of call.inputs) {
      const source = madeBy.get(input) as string;
      if (source !== name) part.from.add(source);
    }
  }
  const order = [...parts.keys()];
  return [...parts.values()].map(({ from, ...part }) => ({
    ...part,
    from: [...from].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
  }));
}
