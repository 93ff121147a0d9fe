import { sigmoid, softmax, type Tensor } from '@tensorflow/tfjs-core';
import { mapTasks } from '../internal/map-tasks';
import { findOutputEnd } from '../internal/output-end';
import { unchecked } from '../internal/unchecked';
import type { AnyMetric, ByTask, Loss, MultitaskModel, Output } from '../types';
import { fitMetric } from './fit-metric';
import { activationsFor, SAID, sayWhatItIs } from './output-words';
import type { TaskMetrics } from './scores';

/** How loss and metrics of a task read its output. */
export interface TaskOutput {
  /** The loss as it is computed; the trainer has looked at labels and weights. */
  readonly loss: Loss;
  /** True where that takes the logits in front of the output's last activation. */
  readonly beforeActivation: boolean;
  /** What metrics get of what the loss gets. */
  readonly toMetrics: (value: Tensor) => Tensor;
  readonly metrics: Readonly<Record<string, AnyMetric>>;
}

const ACTIVATIONS = { sigmoid, softmax: (x: Tensor) => softmax(x) } as const;

/** What to write where a loss does not take what a head gives. */
function advice(task: string, { takes = [] }: Loss, { kind }: Output): string {
  const wantsLogits = takes.includes('logit');
  if (kind === 'unknown') {
    return sayWhatItIs(task, takes[0]);
  }
  if (wantsLogits) {
    return kind === 'value'
      ? "let the head end in a linear layer (activation: 'linear')"
      : 'leave out fromLogits (the loss is computed from the logits in front of the activation anyway), or let the head ' +
          "end in a linear layer (activation: 'linear')";
  }
  if (kind === 'value' || kind === 'logit') {
    return `give the head the activation ${activationsFor(takes)}, or take a loss of ${SAID[kind]} (of logits: fromLogits: true)`;
  }
  return kind === 'probability'
    ? "give the head the activation 'softmax', or take a loss of probabilities"
    : "give the head the activation 'sigmoid', or take a loss of distributions";
}

function refuse(task: string, loss: Loss, output: Output): never {
  throw new RangeError(
    `createTrainer: the loss of '${task}' is computed from ${loss.takes?.map((kind) => SAID[kind]).join(' or ')}, and the ` +
      `head gives ${SAID[output.kind]}: ${advice(task, loss, output)}.`,
  );
}

/** How the loss of one task reads its output, and what that is for metrics. */
function agree<T extends string>(
  model: MultitaskModel<T>,
  task: T,
  loss: Loss,
): Omit<TaskOutput, 'metrics'> & { readonly output: Output } {
  const output = model.outputs[task];
  const { kind, width } = output;
  const end = findOutputEnd(model.net.outputs[model.tasks.indexOf(task)]);
  const fromActivation = (activation: 'sigmoid' | 'softmax') => ({
    toMetrics: ACTIVATIONS[activation],
    output: { kind: activation === 'sigmoid' ? 'probability' : 'distribution', width } as const,
  });
  const { takes, activation } = loss;
  const isLogit = kind === 'logit' || (kind === 'value' && end?.activation === 'linear');
  if (activation !== undefined && takes?.includes('logit') && isLogit) {
    return { loss, beforeActivation: false, ...fromActivation(activation) };
  }
  if (takes !== undefined && !takes.includes(kind)) refuse(task, loss, output);
  const ofLogits = loss.fromLogits;
  if (ofLogits?.activation !== undefined && end?.activation === ofLogits.activation && !end.nested) {
    return { loss: ofLogits, beforeActivation: true, ...fromActivation(ofLogits.activation) };
  }
  return { loss, beforeActivation: false, toMetrics: (value) => value, output };
}

/**
 * Brings together what the model says of each task's output, the task's loss and its metrics.
 *
 * @throws {RangeError} where a loss or a metric cannot be computed from what the head gives.
 */
export function readTaskOutputs<T extends string>(
  model: MultitaskModel<T>,
  losses: ByTask<T, Loss>,
  metrics: TaskMetrics<T>,
): ByTask<T, TaskOutput> {
  return mapTasks(model.tasks, (task) => {
    const { output, ...rest } = agree(model, task, losses[task]);
    const bound = Object.entries<AnyMetric>(metrics[task] ?? {}).map(([name, metric]) => {
      try {
        return [name, fitMetric(metric, output, task)] as const;
      } catch (error) {
        const { message } = error as Error;
        throw new RangeError(`createTrainer: the metric '${name}' of '${task}': ${message}`, { cause: error });
      }
    });
    return { ...rest, loss: unchecked(rest.loss), metrics: Object.fromEntries(bound) };
  });
}
