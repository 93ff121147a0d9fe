import { channelsFirst, channelsLast } from '../graph/axes';
import { type Call, nameOf, type Weight } from '../graph/graph';

/** What a layer is in PyTorch: a module with tensors, if it has any, and an expression of Python for what it returns. */
export interface TorchCall {
  readonly module?: string | undefined;
  readonly tensors?: Readonly<Record<string, Weight>> | undefined;
  readonly result: string;
}

/** A call of a layer that is being written; tensors are variables of Python, with channels behind the batch. */
export interface TorchWriter {
  readonly call: Call;
  readonly inputs: readonly string[];
  readonly rank: number;
  readonly weights: Readonly<Record<string, Weight>>;
  /** The module of the layer. */
  readonly self: string;
  option<V>(name: string): V;
  refuse(what: string): never;
}

export function torchWriter(call: Call, inputs: readonly string[], key: string, who: string): TorchWriter {
  const { layer } = call;
  return {
    call,
    inputs,
    rank: call.inputs[0].shape.length,
    weights: layer.weights,
    self: `self[${JSON.stringify(key)}]`,
    option: <V>(name: string) => layer.config[name] as V,
    refuse(what) {
      throw new RangeError(`${who}: ${nameOf(layer)}: ${what}.`);
    },
  };
}

const permute = (x: string, order: readonly number[]): string =>
  order.length < 3 ? x : `${x}.permute(${order.join(', ')})`;

export const toLast = (x: string, rank: number): string => permute(x, channelsLast(rank));
export const toFirst = (x: string, rank: number): string => permute(x, channelsFirst(rank));

/** A tuple of Python. */
export const tuple = (values: readonly (number | string)[]): string =>
  `(${values.join(', ')}${values.length === 1 ? ',' : ''})`;
