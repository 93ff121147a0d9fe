import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { MultitaskModel } from '../../types';

/** What the tasks of a model share. */
export interface SharedParts<T extends string> {
  /** Ids of the variables of layers that at least two tasks depend on. */
  readonly variables: ReadonlySet<number>;
  /**
   * The shared representation as some tasks see it: the outputs of the shared part that their own parts start from (of a
   * U-Net the bottleneck and the skip connections).
   */
  representation(tasks: readonly T[]): SymbolicTensor[];
}

function inputsOf({ sourceLayer, nodeIndex }: SymbolicTensor): SymbolicTensor[] {
  const node = sourceLayer.inboundNodes[nodeIndex];
  return node.inboundLayers.length === 0 ? [] : node.inputTensors;
}

/** A tensor of the graph and all that it is made from, by id. */
function ancestorsOf(output: SymbolicTensor): Map<number, SymbolicTensor> {
  const found = new Map<number, SymbolicTensor>();
  const visit = (tensor: SymbolicTensor): void => {
    if (found.has(tensor.id)) return;
    found.set(tensor.id, tensor);
    inputsOf(tensor).forEach(visit);
  };
  visit(output);
  return found;
}

/** Reads from a model's graph which parts its tasks share; that does not change with the labels of a batch. */
export function findSharedParts<T extends string>({ net, tasks }: MultitaskModel<T>): SharedParts<T> {
  const parts = new Map(tasks.map((task, i) => [task, ancestorsOf(net.outputs[i])]));
  const usersOf = <V>(setOf: (part: Map<number, SymbolicTensor>) => Iterable<V>): Map<V, number> => {
    const users = new Map<V, number>();
    for (const part of parts.values()) for (const v of new Set(setOf(part))) users.set(v, (users.get(v) ?? 0) + 1);
    return users;
  };
  const tensorUsers = usersOf((part) => part.keys());
  const layerUsers = usersOf((part) => [...part.values()].map(({ sourceLayer }) => sourceLayer));
  const isShared = ({ id }: SymbolicTensor): boolean => (tensorUsers.get(id) ?? 0) > 1;
  const shared = [...layerUsers].flatMap(([layer, users]) => (users > 1 ? layer.weights : []));
  return {
    variables: new Set(shared.map((weight) => weight.read().id)),
    representation(some) {
      const starts = some.flatMap((task) => {
        const part = [...(parts.get(task)?.values() ?? [])];
        const output = net.outputs[tasks.indexOf(task)];
        return [output, ...part.filter((tensor) => !isShared(tensor)).flatMap(inputsOf)];
      });
      const boundary = starts.filter((tensor) => isShared(tensor) && inputsOf(tensor).length > 0);
      return [...new Map(boundary.map((tensor) => [tensor.id, tensor])).values()];
    },
  };
}
