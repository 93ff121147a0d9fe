import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Activation } from '../core/activation';
import { apply } from '../core/apply';
import { layerSeed } from '../core/initializer';
import { fuseBatchNorm } from '../fused/fuse-batch-norm';
import { fuseConv2d } from '../fused/fuse-conv2d';

/** How initial kernels are drawn: Glorot's uniform ones (most of Keras), or He's normal ones by what goes out (torchvision). */
type Kernels = 'glorot' | 'he';

export interface NetOptions {
  /** Of all layers' names, without a slash. */
  readonly prefix: string;
  readonly seed: number | undefined;
  readonly kernels: Kernels;
  /** Of the batch normalizations. */
  readonly epsilon: number;
  /** How much of the moving statistics a step leaves. */
  readonly momentum: number;
}

export interface ConvArgs {
  /** Default: 1. */
  readonly strides?: number | undefined;
  /** Default: `'same'`. */
  readonly padding?: 'same' | 'valid' | undefined;
  /** Default: false. */
  readonly bias?: boolean | undefined;
  /** Default: `'linear'`. */
  readonly activation?: Activation | undefined;
}

type KernelSize = number | readonly [height: number, width: number];

const sizeOf = (size: KernelSize): number | [number, number] => (typeof size === 'number' ? size : [...size]);

/**
 * Adds layers to a net under the names that its source gives them, and keeps a list of them: what the description of a
 * published network is written in.
 */
export interface NamedLayers {
  readonly made: readonly layers.Layer[];
  /** The name of a layer that has none of its own, as Keras counts them: `conv2d`, `conv2d_1`, .... */
  numbered(kind: string): string;
  /** Adds any layer, of the name within the net. */
  add(make: (name: string) => layers.Layer, input: SymbolicTensor | SymbolicTensor[], name: string): SymbolicTensor;
  conv(input: SymbolicTensor, name: string, filters: number, size: KernelSize, args?: ConvArgs): SymbolicTensor;
  /** A kernel for each channel. */
  depthwise(input: SymbolicTensor, name: string, size: number, strides: number): SymbolicTensor;
  /** Default of `scale`: true, the normalization has a factor for each channel. */
  batchNorm(input: SymbolicTensor, name: string, scale?: boolean): SymbolicTensor;
  /** Default of `activation`: `'relu'`. */
  activate(input: SymbolicTensor, name: string, activation?: Activation): SymbolicTensor;
  /** Zeros on all sides. */
  pad(input: SymbolicTensor, name: string, width: number): SymbolicTensor;
  /** With stride 2 and without padding. */
  maxPool(input: SymbolicTensor, name: string, size: number): SymbolicTensor;
  /** Without padding, or with stride 1 with one that does not count. */
  averagePool(input: SymbolicTensor, name: string, size: number, strides: 1 | 2): SymbolicTensor;
  sum(inputs: SymbolicTensor[], name: string): SymbolicTensor;
  concat(inputs: SymbolicTensor[], name: string): SymbolicTensor;
}

export function namedLayers({ prefix, seed, kernels, epsilon, momentum }: NetOptions): NamedLayers {
  const made: layers.Layer[] = [];
  const counts = new Map<string, number>();
  const add: NamedLayers['add'] = (make, input, name) => {
    const layer = make(`${prefix}/${name}`);
    made.push(layer);
    return apply(layer, input);
  };
  const initializer = (name: string) => {
    const own = layerSeed(seed, `${prefix}/${name}`);
    if (kernels === 'glorot') return initializers.glorotUniform({ seed: own });
    return initializers.varianceScaling({ scale: 2, mode: 'fanOut', distribution: 'normal', seed: own });
  };
  return {
    made,
    numbered(kind) {
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      return count === 0 ? kind : `${kind}_${count}`;
    },
    add,
    conv(input, name, filters, size, { strides = 1, padding = 'same', bias = false, activation = 'linear' } = {}) {
      const kernelInitializer = initializer(name);
      const shape = { filters, kernelSize: sizeOf(size), strides, padding };
      const make = (full: string) =>
        fuseConv2d(layers.conv2d({ name: full, ...shape, useBias: bias, activation, kernelInitializer }));
      return add(make, input, name);
    },
    depthwise(input, name, kernelSize, strides) {
      const shape = { kernelSize, strides, padding: 'same' as const, useBias: false };
      const depthwiseInitializer = initializer(name);
      return add((full) => layers.depthwiseConv2d({ name: full, ...shape, depthwiseInitializer }), input, name);
    },
    batchNorm: (input, name, scale = true) =>
      add((full) => fuseBatchNorm(layers.batchNormalization({ name: full, epsilon, momentum, scale })), input, name),
    activate: (input, name, activation = 'relu') =>
      add((full) => layers.activation({ name: full, activation }), input, name),
    pad: (input, name, width) => add((full) => layers.zeroPadding2d({ name: full, padding: width }), input, name),
    maxPool: (input, name, size) =>
      add((full) => layers.maxPooling2d({ name: full, poolSize: size, strides: 2 }), input, name),
    averagePool: (input, name, poolSize, strides) =>
      add(
        (full) => layers.averagePooling2d({ name: full, poolSize, strides, padding: strides === 1 ? 'same' : 'valid' }),
        input,
        name,
      ),
    sum: (inputs, name) => add((full) => layers.add({ name: full }), inputs, name),
    concat: (inputs, name) => add((full) => layers.concatenate({ name: full }), inputs, name),
  };
}
