import type { Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { MultitaskModel } from '../../types';

/** Runs the heads of the given tasks: one tensor for each of them, in their order, and one for each of `also`. */
export type Forward<T extends string> = (
  x: Tensor,
  tasks: readonly T[],
  training: boolean,
  also?: readonly SymbolicTensor[],
) => Tensor[];

/**
 * A forward pass that computes only the heads that are requested. Most batches lack some labels, and a decoder whose
 * output is compared with nothing costs a third of a step.
 */
export function createForward<T extends string>(model: MultitaskModel<T>): Forward<T> {
  const nets = new Map<string, LayersModel>();
  const netFor = (tasks: readonly T[], also: readonly SymbolicTensor[]): LayersModel => {
    if (tasks.length === model.tasks.length && also.length === 0) return model.net;
    const key = [...tasks, ...also.map(({ id }) => id)].join(' ');
    const known = nets.get(key);
    if (known !== undefined) return known;
    const outputs = [...tasks.map((task) => model.net.outputs[model.tasks.indexOf(task)]), ...also];
    const net = layersModel({ inputs: model.net.inputs, outputs });
    nets.set(key, net);
    return net;
  };
  return (x, tasks, training, also = []) => {
    const result = netFor(tasks, also).apply(x, { training }) as Tensor | Tensor[];
    return Array.isArray(result) ? result : [result];
  };
}
