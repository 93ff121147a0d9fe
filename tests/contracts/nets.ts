import {
  addN,
  mul,
  randomNormal,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A net that every rule for nets holds for, and what it does to the batch. */
export interface NetCase {
  readonly build: () => LayersModel;
  /** The batch must be a multiple of this. Default 1. */
  readonly parts?: number;
  /** Samples that come out for each that goes in. Default 1. */
  readonly times?: number;
}

/** Seeded inputs of `batch` samples. */
export const samples = (net: LayersModel, batch: number): Tensor[] =>
  net.inputs.map(({ shape }, i) => randomNormal([batch, ...(shape.slice(1) as number[])], 0, 1, 'float32', 11 + i));

/** The outputs of a net as a list. */
export const run = (net: LayersModel, x: readonly Tensor[], training = false): Tensor[] =>
  [net.apply([...x], { training }) as Tensor | Tensor[]].flat();

/** The variables of all weights that training changes, by the names of the weights. */
export function trainedVariables(net: LayersModel): Map<string, Variable> {
  const weights = net.layers.flatMap((layer) => layer.trainableWeights);
  return new Map(weights.map((weight) => [weight.originalName, weight.read() as Variable]));
}

/** A loss in which each number of each output has a part of its own, plus the losses of the layers. */
export const lossOf = (net: LayersModel, x: readonly Tensor[]): Scalar =>
  addN([
    ...run(net, x, true).map((y, i) => sum(mul(y, randomNormal(y.shape, 0, 1, 'float32', 50 + i)))),
    ...net.calculateLosses(),
  ]) as Scalar;

/** The gradient of each trained weight, by its name; the caller disposes them. */
export function weightGradients(net: LayersModel, x: readonly Tensor[]): Map<string, Tensor> {
  const variables = trainedVariables(net);
  if (variables.size === 0) return new Map();
  const { grads, value } = tidy(() => variableGrads(() => lossOf(net, x), [...variables.values()]));
  value.dispose();
  return new Map([...variables].map(([name, variable]) => [name, grads[variable.name]]));
}
