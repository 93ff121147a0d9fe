import { KERAS_ACTIVATIONS } from '../../internal/keras-activations';
import { type Call, nameOf } from '../graph/graph';

/** What is known of a class of Keras 3's layers. */
interface KerasLayer {
  /** Default: the name that it has here. */
  readonly className?: string | undefined;
  /** Members that both have; those of Keras are in snake case. */
  readonly takes: readonly string[];
  /** Members of another name, by ours. */
  readonly renames?: Readonly<Record<string, string>> | undefined;
  /** Members that are the same for all. */
  readonly always?: Readonly<Record<string, unknown>> | undefined;
  /** Our members that Keras computes otherwise, and their only values with which it does not. */
  readonly only?: Readonly<Record<string, readonly unknown[]>> | undefined;
  /** Whether it draws random numbers in training, and so has a state. */
  readonly isRandom?: boolean | undefined;
}

const WINDOW = ['strides', 'padding'];
const CONV = ['kernelSize', ...WINDOW, 'dilationRate', 'activation', 'useBias'];
const conv: KerasLayer = { takes: ['filters', ...CONV] };
const transposed: KerasLayer = { takes: ['filters', 'kernelSize', ...WINDOW, 'activation', 'useBias'] };
const pool: KerasLayer = { takes: ['poolSize', ...WINDOW] };
const plain: KerasLayer = { takes: [] };
const dropout: KerasLayer = { takes: ['rate'], isRandom: true };

const LAYERS: Readonly<Record<string, KerasLayer>> = {
  Conv1D: conv,
  Conv2D: conv,
  Conv3D: conv,
  Conv2DTranspose: transposed,
  Conv3DTranspose: transposed,
  DepthwiseConv2D: { takes: ['depthMultiplier', ...CONV] },
  Dense: { takes: ['units', 'activation', 'useBias'] },
  BatchNormalization: { takes: ['axis', 'momentum', 'epsilon', 'center', 'scale'] },
  LayerNormalization: { takes: ['axis', 'epsilon', 'center', 'scale'] },
  TfjsMultitaskInstanceNorm: { className: 'GroupNormalization', takes: ['epsilon'], always: { groups: -1 } },
  TfjsMultitaskGroupNorm: { className: 'GroupNormalization', takes: ['groups', 'epsilon'] },
  Activation: { takes: ['activation'] },
  ReLU: { takes: ['maxValue'] },
  LeakyReLU: { takes: ['alpha'], renames: { alpha: 'negative_slope' } },
  ELU: { takes: ['alpha'] },
  PReLU: { takes: ['sharedAxes'] },
  Softmax: { takes: ['axis'] },
  MaxPooling1D: pool,
  MaxPooling2D: pool,
  MaxPooling3D: pool,
  AveragePooling1D: pool,
  AveragePooling2D: pool,
  AveragePooling3D: pool,
  GlobalAveragePooling1D: plain,
  GlobalAveragePooling2D: plain,
  GlobalMaxPooling1D: plain,
  GlobalMaxPooling2D: plain,
  UpSampling2D: { takes: ['size', 'interpolation'], only: { interpolation: ['nearest'] } },
  TfjsMultitaskBilinearUpsampling: {
    className: 'UpSampling2D',
    takes: [],
    always: { size: [2, 2], interpolation: 'bilinear' },
  },
  ZeroPadding2D: { takes: ['padding'] },
  Cropping2D: { takes: ['cropping'] },
  Flatten: plain,
  Reshape: { takes: ['targetShape'] },
  Permute: { takes: ['dims'] },
  Concatenate: { takes: ['axis'] },
  Add: plain,
  Multiply: plain,
  Maximum: plain,
  Minimum: plain,
  Average: plain,
  Rescaling: { takes: ['scale', 'offset'] },
  Dropout: dropout,
  SpatialDropout1D: dropout,
  GaussianDropout: dropout,
  AlphaDropout: dropout,
  GaussianNoise: { takes: ['stddev'], isRandom: true },
};

/** The classes of layers that Keras has, by their names here. */
export const KERAS_CLASSES: readonly string[] = Object.keys(LAYERS);

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The class and the config of a layer as Keras 3 has them. */
export interface KerasConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly isRandom: boolean;
}

/** @throws {RangeError} which `who` begins, that names the layer and what Keras would compute otherwise. */
export function kerasConfig({ layer }: Call, who: string): KerasConfig {
  const {
    className = layer.className,
    takes,
    renames = {},
    always,
    only = {},
    isRandom = false,
  } = LAYERS[layer.className];
  for (const [member, allowed] of Object.entries(only)) {
    if (allowed.includes(layer.config[member])) continue;
    throw new RangeError(`${who}: ${nameOf(layer)}: Keras computes ${member} '${layer.config[member]}' otherwise.`);
  }
  const members = takes.map((member) => {
    const value = layer.config[member];
    if (member !== 'activation') return [renames[member] ?? snakeCase(member), value ?? null];
    if (Object.hasOwn(KERAS_ACTIVATIONS, String(value))) return [member, KERAS_ACTIVATIONS[String(value)]];
    throw new RangeError(`${who}: ${nameOf(layer)}: Keras has no activation '${value}', or another one of this name.`);
  });
  const trainable = layer.config.trainable ?? true;
  return { className, config: { trainable, ...Object.fromEntries(members), ...always }, isRandom };
}
