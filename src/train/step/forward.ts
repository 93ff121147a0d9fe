import type { Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { findOutputEnd } from '../../internal/output-end';
import type { MultitaskModel } from '../../types';
import { type LogitPath, logitPath } from './logit-path';

/**
 * Runs the heads of the given tasks: one tensor for each of them, in their order, and one for each of `also`. For a task
 * whose loss is computed from logits that are these, for another its output.
 */
export type Forward<T extends string> = (
  x: Tensor,
  tasks: readonly T[],
  training: boolean,
  also?: readonly SymbolicTensor[],
) => Tensor[];

/**
 * A forward pass that computes only the heads that are requested. Most batches lack some labels, and a decoder whose
 * output is compared with nothing costs a third of a step.
 *
 * `logits`: the tasks whose last activation is left out.
 */
export function createForward<T extends string>(model: MultitaskModel<T>, logits: ReadonlySet<T>): Forward<T> {
  const nets = new Map<string, LayersModel>();
  const paths = new Map<T, LogitPath>(
    [...logits].map((task) => [task, logitPath(findOutputEnd(model.net.outputs[model.tasks.indexOf(task)])!)] as const),
  );
  const sourceOf = (task: T): SymbolicTensor => paths.get(task)?.from ?? model.net.outputs[model.tasks.indexOf(task)];
  const netFor = (outputs: readonly SymbolicTensor[]): LayersModel => {
    const { outputs: all } = model.net;
    if (outputs.length === all.length && outputs.every((output, i) => output === all[i])) return model.net;
    const key = outputs.map(({ id }) => id).join(' ');
    const known = nets.get(key);
    if (known !== undefined) return known;
    const net = layersModel({ inputs: model.net.inputs, outputs: [...outputs] });
    nets.set(key, net);
    return net;
  };
  return (x, tasks, training, also = []) => {
    const wanted = [...tasks.map(sourceOf), ...also];
    // Heads of one layer start from the same features.
    const outputs = [...new Set(wanted)];
    const results = [netFor(outputs).apply(x, { training }) as Tensor | Tensor[]].flat();
    const values = wanted.map((output) => results[outputs.indexOf(output)]);
    return values.map((value, i) => paths.get(tasks[i])?.finish(value, training) ?? value);
  };
}
