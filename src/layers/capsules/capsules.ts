import { serialization } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkArray, checkPair } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Features, Head } from '../../types';
import { apply } from '../core/apply';
import { glorotUniform, heNormal, layerSeed } from '../core/initializer';
import { CapsuleLength } from './capsule-length';
import { CapsuleRouting } from './capsule-routing';
import { MaskCapsules } from './mask-capsules';
import { Squash } from './squash';

/** Options of {@link capsules} and {@link CapsuleHead}. */
export interface CapsulesOptions {
  /** How many classes there are, a capsule for each; 1: the probability of what there may be or not. Default: 2. */
  readonly classes?: number | undefined;
  /** The types of primary capsules at each place. Default: 32. */
  readonly types?: number | undefined;
  /** How many numbers a primary capsule and a class's capsule have. Default: `[8, 16]`. */
  readonly dimensions?: readonly [number, number] | undefined;
  /** The sides of the kernels (stride 2) that primary capsules see. Default: 9, or the smaller side of the feature map. */
  readonly kernelSize?: number | undefined;
  /** How often shares are computed. Default: 3. */
  readonly routings?: number | undefined;
}

/** Options of a `reconstruction` of {@link capsules}. */
export interface CapsuleReconstructionOptions {
  /** What is to be reconstructed: `[height, width, channels]` of the image. */
  readonly shape: readonly number[];
  /** Units of the hidden layers (ReLU). Default: `[512, 1024]`. */
  readonly units?: readonly number[] | undefined;
}

/** Two heads on the same capsules. */
export interface Capsules {
  /** Features -> `[batch, classes]`, the lengths of the classes' capsules, for `marginLoss`. */
  readonly head: Head;
  /** Makes a head: features -> `[batch, ...shape]`, in (0, 1), from the longest capsule. */
  readonly reconstruction: (options: CapsuleReconstructionOptions) => Head;
}

type Settings = Required<Omit<CapsulesOptions, 'kernelSize'>> & { readonly kernelSize: number | undefined };

function readOptions(options: CapsulesOptions, caller: string): Settings {
  checkOptions(options, ['classes', 'types', 'dimensions', 'kernelSize', 'routings'], caller);
  const { classes = 2, types = 32, dimensions = [8, 16], kernelSize, routings = 3 } = options;
  checkInteger(classes, 1, `${caller}: classes`);
  checkInteger(types, 1, `${caller}: types`);
  checkPair(dimensions, `${caller}: dimensions`);
  for (const i of [0, 1]) checkInteger(dimensions[i], 1, `${caller}: dimensions`);
  if (kernelSize !== undefined) checkInteger(kernelSize, 1, `${caller}: kernelSize`);
  checkInteger(routings, 1, `${caller}: routings`);
  return { classes, types, dimensions, kernelSize, routings };
}

/** `[batch, classes, dimension]`: primary capsules of a feature map, and the routing to those of the classes. */
function classCapsules(x: SymbolicTensor, name: string, settings: Settings, seed: number | undefined): SymbolicTensor {
  const { classes, types, dimensions, routings } = settings;
  const [, height, width] = x.shape;
  if (x.shape.length !== 4 || height === null || width === null) {
    throw new RangeError(`CapsuleHead: the bottleneck must be [batch, height, width, channels], got [${x.shape}].`);
  }
  const { kernelSize = Math.min(9, height, width) } = settings;
  if (kernelSize > Math.min(height, width)) {
    throw new RangeError(
      `CapsuleHead: kernelSize must be at most the sides of the bottleneck, ${height} x ${width}, got ${kernelSize}.`,
    );
  }
  const conv = `${name}/primary/conv1`;
  const filters = types * dimensions[0];
  const kernelInitializer = glorotUniform(seed, conv);
  const maps = apply(layers.conv2d({ name: conv, filters, kernelSize, strides: 2, kernelInitializer }), x);
  const [, rows, columns] = maps.shape as number[];
  const targetShape = [rows * columns * types, dimensions[0]];
  const vectors = layers.reshape({ name: `${name}/primary/vectors`, targetShape });
  const primary = apply(new Squash({ name: `${name}/primary/squash` }), apply(vectors, maps));
  const routing = `${name}/routing`;
  return apply(
    new CapsuleRouting({
      name: routing,
      capsules: classes,
      dimension: dimensions[1],
      routings,
      seed: layerSeed(seed, routing),
    }),
    primary,
  );
}

/**
 * The capsules of classes as two heads of one model: their lengths, which tell the class, and a reconstruction of the image from the longest
 * of them, which makes them hold what the image looks like.
 *
 * Whichever head is built first makes the layers of the capsules, named after it; tasks that see different feature maps have capsules of their
 * own. In the source a reconstruction is made from the capsule of the true class while it trains. Here it is the longest one, in training as in
 * prediction: no label enters the net, so that a reconstruction says the same of images with and without one.
 *
 * Source: Sabour, Frosst, Hinton, 2017, arXiv:1710.09829; its loss is `marginLoss` + 0.0005 times the squared errors of all pixels.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for features that are no feature map or smaller than the kernels.
 * @example
 * ```ts
 * import { CapsuleEncoder, capsules } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const { head, reconstruction } = capsules({ classes: 2, types: 2, dimensions: [4, 8] });
 * const model = multitask({
 *   inputShape: [20, 20, 1],
 *   encoder: CapsuleEncoder({ filters: 4 }),
 *   heads: { covid: head, image: reconstruction({ shape: [20, 20, 1], units: [16] }) },
 * });
 * ```
 */
export function capsules(options: CapsulesOptions = {}): Capsules {
  return makeHeads(readOptions(options, 'capsules'));
}

function makeHeads(settings: Settings): Capsules {
  const built = new WeakMap<SymbolicTensor, SymbolicTensor>();
  const capsulesOf = ({ bottleneck }: Features, name: string, seed: number | undefined): SymbolicTensor => {
    for (const layer of [Squash, CapsuleRouting, CapsuleLength, MaskCapsules]) serialization.registerClass(layer);
    const found = built.get(bottleneck) ?? classCapsules(bottleneck, name, settings, seed);
    built.set(bottleneck, found);
    return found;
  };
  return {
    head: (features, name, seed) => apply(new CapsuleLength({ name }), capsulesOf(features, name, seed)),
    reconstruction(options) {
      checkOptions(options, ['shape', 'units'], 'reconstruction');
      const { shape, units = [512, 1024] } = options;
      checkArray(shape, 'reconstruction: shape');
      for (const side of shape) checkInteger(side, 1, 'reconstruction: shape');
      checkArray(units, 'reconstruction: units');
      for (const count of units) checkInteger(count, 1, 'reconstruction: units');
      return (features, name, seed) => {
        let x = apply(new MaskCapsules({ name: `${name}/mask` }), capsulesOf(features, name, seed));
        for (const [i, count] of units.entries()) {
          const dense = `${name}/dense${i + 1}`;
          const kernelInitializer = heNormal(seed, dense);
          x = apply(layers.dense({ name: dense, units: count, activation: 'relu', kernelInitializer }), x);
        }
        const pixels = shape.reduce((product, side) => product * side, 1);
        const last = `${name}/pixels`;
        const kernelInitializer = glorotUniform(seed, last);
        x = apply(layers.dense({ name: last, units: pixels, activation: 'sigmoid', kernelInitializer }), x);
        return apply(layers.reshape({ name, targetShape: [...shape] }), x);
      };
    },
  };
}

/**
 * Capsules on the bottleneck of any encoder: primary capsules by a convolution, routing by agreement to a capsule for each class, whose
 * length is the probability that it is there.
 *
 * Features -> `[batch, classes]`, in [0, 1); several classes may be there. For `marginLoss` and labels that are one-hot. Layers:
 * `name/primary/conv1`, `name/primary/vectors`, `name/primary/squash`, `name/routing`, and `name` itself. With a reconstruction: {@link capsules}.
 * Source: Sabour, Frosst, Hinton, "Dynamic routing between capsules", 2017, arXiv:1710.09829.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for features that are no feature map or smaller than the kernels.
 * @example
 * ```ts
 * import { CapsuleHead, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [16, 16, 1],
 *   encoder: UNetEncoder({ filters: [4, 8] }),
 *   heads: { covid: CapsuleHead({ classes: 2, types: 2 }) },
 * });
 * ```
 */
export function CapsuleHead(options: CapsulesOptions = {}): Head {
  return makeHeads(readOptions(options, 'CapsuleHead')).head;
}
