import type { Call, End, Graph, GraphLayer, Value } from '../graph/graph';

/** A layer, or an input of the net, which is one for Keras. */
export type KerasNode = GraphLayer | End;

/**
 * The layers in the order in which Keras lists those of a functional model, by which it finds their weights in a file: by
 * the longest way to an output, and as they are met on the way from the outputs back.
 *
 * Source: Keras 3.15.1, `keras.src.ops.function.map_graph`.
 */
export function kerasOrder({ inputs, calls }: Graph, outputs: readonly Value[]): KerasNode[] {
  type Use = Call | End;
  const layerOf = (use: Use): KerasNode => ('layer' in use ? use.layer : use);
  const makers = new Map<Value, Use>([
    ...inputs.map((end) => [end.value, end] as const),
    ...calls.map((call) => [call.output, call] as const),
  ]);
  const takenBy = (use: Use): Use[] => ('layer' in use ? use.inputs.map((value) => makers.get(value) as Use) : []);
  const met = new Map<KerasNode, number>();
  const finished = new Set<Use>();
  const visit = (use: Use): void => {
    if (finished.has(use)) return;
    if (!met.has(layerOf(use))) met.set(layerOf(use), met.size);
    for (const input of takenBy(use)) visit(input);
    finished.add(use);
  };
  for (const value of outputs) visit(makers.get(value) as Use);
  const useDepths = new Map<Use, number>();
  const depths = new Map<KerasNode, number>(inputs.map((end) => [end, 0]));
  for (const use of [...finished].reverse()) {
    const depth = Math.max(useDepths.get(use) ?? 0, depths.get(layerOf(use)) ?? 0);
    depths.set(layerOf(use), depth);
    for (const input of takenBy(use)) useDepths.set(input, Math.max(depth + 1, useDepths.get(input) ?? 0));
  }
  const place = (node: KerasNode): number => met.get(node) ?? -1;
  return [...depths.keys()].sort(
    (a, b) => (depths.get(b) as number) - (depths.get(a) as number) || place(a) - place(b),
  );
}
