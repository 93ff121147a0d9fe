import type { Shape } from '@tensorflow/tfjs-layers';
import type { Config } from '../../models/read-config';

/** A weight of a layer, row-major, its axes as TensorFlow.js has them. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A layer of a net: a standard one, or one of this library that the formats have themselves. */
export interface GraphLayer {
  /** Unlike any other of the graph; names of nets around it stand before it, joined by '/'. */
  readonly name: string;
  readonly className: string;
  /** In camel case. */
  readonly config: Config;
  /** By their names, in the layer's order: 'kernel', 'bias'. */
  readonly weights: Readonly<Record<string, Weight>>;
}

/** A tensor of the graph, its axes as TensorFlow.js has them: channels last. */
export interface Value {
  readonly shape: Shape;
}

/** A use of a layer; a layer that is shared has several. */
export interface Call {
  readonly layer: GraphLayer;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

/** An input or output of a net. */
export interface End {
  readonly name: string;
  readonly value: Value;
}

/** What a net computes in prediction: calls of layers, each after those that it takes values of. */
export interface Graph {
  readonly inputs: readonly End[];
  readonly outputs: readonly End[];
  readonly calls: readonly Call[];
}

/** 'layer (class)', as errors name it. */
export const nameOf = ({ name, className }: Pick<GraphLayer, 'name' | 'className'>): string =>
  `'${name}' (${className.replace('TfjsMultitask', '')})`;
