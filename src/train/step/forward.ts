import type { Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { frozenFrontier } from '../../internal/frozen-frontier';
import { findOutputEnd } from '../../internal/output-end';
import { runBetween } from '../../internal/run-between';
import { untaped } from '../../internal/tape';
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
 * output is compared with nothing costs a third of a step. In training what is frozen from the input on runs as in prediction,
 * and outside of what is recorded for the backward pass: it keeps no feature map but those that other layers see.
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
  const run = (outputs: readonly SymbolicTensor[], x: Tensor, training: boolean): Tensor[] => {
    const frontier = training ? frozenFrontier(outputs) : [];
    if (frontier.length === 0) return [netFor(outputs).apply(x, { training }) as Tensor | Tensor[]].flat();
    const constants = untaped(() => runBetween(model.net, model.net.inputs, [x], frontier, false));
    return runBetween(model.net, frontier, constants, outputs, true);
  };
  return (x, tasks, training, also = []) => {
    const wanted = [...tasks.map(sourceOf), ...also];
    // Heads of one layer start from the same features.
    const outputs = [...new Set(wanted)];
    const results = run(outputs, x, training);
    const values = wanted.map((output) => results[outputs.indexOf(output)]);
    return values.map((value, i) => paths.get(tasks[i])?.finish(value, training) ?? value);
  };
}
