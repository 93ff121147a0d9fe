import type { Shape } from '@tensorflow/tfjs-layers';
import { channelsFirst, channelsLast } from '../graph/axes';
import { type Call, nameOf, type Weight } from '../graph/graph';
import type { Attribute, OnnxBuilder } from './builder';

/** A call of a layer that is being written. Tensors are named, and have their channels behind the batch. */
export interface CallWriter {
  readonly call: Call;
  readonly inputs: readonly string[];
  /** Of the first input, with channels last. */
  readonly shape: Shape;
  readonly rank: number;
  /** A member of the layer's config. */
  option<V>(name: string): V;
  node(type: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  weight(name: string, weight: Weight): string;
  /** A single number. */
  number(name: string, value: number): string;
  integers(values: readonly number[]): string;
  /** The tensor with channels last, and back. */
  toLast(x: string, rank: number): string;
  toFirst(x: string, rank: number): string;
  /** @throws {RangeError} that names the layer. */
  refuse(what: string): never;
}

export function callWriter(call: Call, inputs: readonly string[], builder: OnnxBuilder, who: string): CallWriter {
  const { layer } = call;
  const { shape } = call.inputs[0];
  const node: CallWriter['node'] = (type, from, attributes) => builder.add(layer.name, type, from, attributes);
  const weight: CallWriter['weight'] = (name, value) => builder.weight(`${layer.name}.${name}`, value);
  const transpose = (x: string, perm: readonly number[]): string =>
    perm.length < 3 ? x : node('Transpose', [x], { perm });
  return {
    call,
    inputs,
    shape,
    rank: shape.length,
    option: <V>(name: string) => layer.config[name] as V,
    node,
    weight,
    number: (name, value) => weight(name, { shape: [], values: Float32Array.of(value) }),
    integers: builder.integers,
    toLast: (x, rank) => transpose(x, channelsLast(rank)),
    toFirst: (x, rank) => transpose(x, channelsFirst(rank)),
    refuse(what) {
      throw new RangeError(`${who}: ${nameOf(layer)}: ${what}.`);
    },
  };
}
