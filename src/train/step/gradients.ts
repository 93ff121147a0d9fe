import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Progress, SomeTasks } from '../../types';
import type { Balance } from '../callbacks/callback';
import type { StepBatches } from './step-batches';

/** The losses of a step's batches and their gradients, before weights have changed. */
export interface Gradients<T extends string> {
  /** The joint loss, without the regularization. */
  readonly loss: number;
  /** The sum of the layers' penalties. */
  readonly regularization: number;
  readonly losses: SomeTasks<T, number>;
  /** By variable name; a variable that no gradient reached is left out. The caller disposes them. */
  readonly gradients: NamedTensorMap;
  /** False where some gradient holds NaN or infinity. */
  readonly finite: boolean;
  /** Where an aggregator joined the gradients. */
  readonly balance?: Balance<T> | undefined;
}

/** How a step computes its gradients. */
export type ComputeGradients<T extends string> = (whole: StepBatches<T>, progress: Progress) => Promise<Gradients<T>>;

/** A list of gradients; undefined where none flows. */
export type MaybeTensors = readonly (Tensor | undefined)[];

/** The gradients of variables by their names, without missing ones. */
export function byName(variables: readonly Variable[], gradients: MaybeTensors): NamedTensorMap {
  const named: NamedTensorMap = {};
  for (const [i, { name }] of variables.entries()) {
    const gradient = gradients[i];
    if (gradient !== undefined) named[name] = gradient;
  }
  return named;
}

/** Describes which loss or gradient is not finite, if any. */
export function findNonFinite<T extends string>(result: Gradients<T>, tasks: readonly T[]): string | undefined {
  const task = tasks.find((name) => !Number.isFinite(result.losses[name]));
  if (task !== undefined) return `the loss of '${task}' became ${result.losses[task]}`;
  if (!Number.isFinite(result.loss)) return `the joint loss became ${result.loss}`;
  if (!Number.isFinite(result.regularization)) return `the regularization became ${result.regularization}`;
  return result.finite ? undefined : 'a gradient became NaN or infinite';
}
