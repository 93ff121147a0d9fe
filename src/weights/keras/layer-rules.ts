import type { Config } from '../../models/read-config';

/** What a class of Keras's layers may say here. */
export interface LayerRule {
  /** The class of the layer here. Default: Keras's name. */
  readonly as?: string | undefined;
  /** Members that the layer of TensorFlow.js has too, by Keras's names. */
  readonly takes: readonly string[];
  /** Members that it does not have, and their only values with which it computes the same. */
  readonly must?: Readonly<Record<string, readonly unknown[]>> | undefined;
  /** Members of another name. */
  readonly renames?: Readonly<Record<string, string>> | undefined;
}

const FIRST = { data_format: ['channels_last', null] };
const ends = (name: string): string[] => [`${name}_initializer`, `${name}_regularizer`, `${name}_constraint`];
const CONV = ['kernel_size', 'strides', 'padding', 'dilation_rate', 'activation', 'use_bias', 'activity_regularizer'];
const conv: LayerRule = {
  takes: ['filters', ...CONV, ...ends('kernel'), ...ends('bias')],
  must: { ...FIRST, groups: [1] },
};
const pool: LayerRule = { takes: ['pool_size', 'strides', 'padding'], must: FIRST };
const globalPool: LayerRule = { takes: [], must: { ...FIRST, keepdims: [false] } };
const none: LayerRule = { takes: [] };
const dropout: LayerRule = { takes: ['rate', 'noise_shape'], must: { seed: [] } };

const RECURRENT = [
  ...['units', 'activation', 'use_bias', 'dropout', 'recurrent_dropout', 'return_sequences', 'go_backwards'],
  ...[...ends('kernel'), ...ends('recurrent'), ...ends('bias'), 'activity_regularizer'],
];
/** What is computed is the same with any `implementation`, `unroll` and `use_cudnn`, and nothing that is read makes a mask. */
const recurrent: LayerRule = {
  takes: RECURRENT,
  must: {
    ...{ return_state: [false], stateful: [false], zero_output_for_mask: [false, true], time_major: [false] },
    ...{ seed: [], unroll: [], use_cudnn: [], implementation: [] },
  },
};
const gated: LayerRule = { ...recurrent, takes: [...RECURRENT, 'recurrent_activation'] };

/** Its own bilinear form in TensorFlow.js is shifted by half a pixel. */
function upSampling2d({ interpolation }: Config): LayerRule {
  if (interpolation !== 'bilinear') {
    return { takes: ['size', 'interpolation'], must: { ...FIRST, interpolation: ['nearest', 'bilinear'] } };
  }
  const must = { ...FIRST, interpolation: ['bilinear'], size: [2, [2, 2]] };
  return { as: 'TfjsMultitaskBilinearUpsampling', takes: [], must };
}

/** Keras writes -1 for one group a channel. */
function groupNormalization({ groups }: Config): LayerRule {
  const must = {
    ...{ axis: [-1, 3], center: [true], scale: [true] },
    ...Object.fromEntries(
      ['beta', 'gamma'].flatMap(ends).map((name) => [name, name.endsWith('_initializer') ? [] : [null]]),
    ),
  };
  return groups === -1
    ? { as: 'TfjsMultitaskInstanceNorm', takes: ['epsilon'], must: { ...must, groups: [-1] } }
    : { as: 'TfjsMultitaskGroupNorm', takes: ['groups', 'epsilon'], must };
}

/** The classes that are read, each with what it may say; `seed: []` takes any seed, which draws other numbers here. */
const LAYER_RULES: Readonly<Record<string, LayerRule | ((config: Config) => LayerRule)>> = {
  Conv1D: conv,
  Conv2D: conv,
  Conv3D: conv,
  Conv2DTranspose: { ...conv, must: { ...conv.must, output_padding: [null], dilation_rate: [[1, 1]] } },
  DepthwiseConv2D: {
    takes: ['depth_multiplier', ...CONV, ...ends('depthwise'), ...ends('bias')],
    must: FIRST,
  },
  SeparableConv2D: {
    takes: ['filters', 'depth_multiplier', ...CONV, ...ends('depthwise'), ...ends('pointwise'), ...ends('bias')],
    must: FIRST,
  },
  Dense: {
    takes: ['units', 'activation', 'use_bias', 'activity_regularizer', ...ends('kernel'), ...ends('bias')],
    must: { quantization_config: [null], lora_rank: [null] },
  },
  BatchNormalization: {
    takes: [
      ...[
        'axis',
        'momentum',
        'epsilon',
        'center',
        'scale',
        'beta_initializer',
        'gamma_initializer',
        'beta_regularizer',
      ],
      ...[
        'moving_mean_initializer',
        'moving_variance_initializer',
        'gamma_regularizer',
        'beta_constraint',
        'gamma_constraint',
      ],
    ],
    must: { synchronized: [false], renorm: [false, null], renorm_clipping: [], renorm_momentum: [] },
  },
  LayerNormalization: {
    takes: ['axis', 'epsilon', 'center', 'scale', ...ends('beta').slice(0, 2), ...ends('gamma').slice(0, 2)],
    must: { rms_scaling: [false], beta_constraint: [null], gamma_constraint: [null] },
  },
  Activation: { takes: ['activation'] },
  ReLU: { takes: ['max_value'], must: { negative_slope: [0], threshold: [0] } },
  LeakyReLU: { takes: ['negative_slope', 'alpha'], renames: { negative_slope: 'alpha' } },
  ELU: { takes: ['alpha'] },
  PReLU: { takes: ['shared_axes', 'alpha_initializer', 'alpha_regularizer', 'alpha_constraint'] },
  Softmax: { takes: ['axis'] },
  MaxPooling1D: pool,
  MaxPooling2D: pool,
  MaxPooling3D: pool,
  AveragePooling1D: pool,
  AveragePooling2D: pool,
  AveragePooling3D: pool,
  GlobalAveragePooling1D: globalPool,
  GlobalAveragePooling2D: globalPool,
  GlobalMaxPooling1D: globalPool,
  GlobalMaxPooling2D: globalPool,
  GroupNormalization: groupNormalization,
  UpSampling2D: upSampling2d,
  ZeroPadding2D: { takes: ['padding'], must: FIRST },
  Cropping2D: { takes: ['cropping'], must: FIRST },
  Flatten: { takes: [], must: FIRST },
  Reshape: { takes: ['target_shape'] },
  Permute: { takes: ['dims'] },
  RepeatVector: { takes: ['n'] },
  Concatenate: { takes: ['axis'] },
  Add: none,
  Multiply: none,
  Average: none,
  Maximum: none,
  Minimum: none,
  Rescaling: { takes: ['scale', 'offset'] },
  Dropout: dropout,
  SpatialDropout1D: dropout,
  GaussianNoise: { takes: ['stddev'], must: { seed: [] } },
  Embedding: {
    takes: ['input_dim', 'output_dim', ...ends('embeddings'), 'activity_regularizer'],
    must: { mask_zero: [false], quantization_config: [null], lora_rank: [null], input_length: [null] },
  },
  SimpleRNN: recurrent,
  // What a bias begins with is replaced.
  LSTM: { ...gated, must: { ...gated.must, unit_forget_bias: [] } },
  // The other form, Keras's default, is not in TensorFlow.js.
  GRU: { ...gated, must: { ...gated.must, reset_after: [false] } },
  TimeDistributed: { takes: ['layer'] },
  // Keras writes the layer that runs backwards too, which here is made of the other one.
  Bidirectional: { takes: ['layer', 'merge_mode'], must: { backward_layer: [] } },
};

/** The rule for a layer of this config; undefined for a class that is not read. */
export function layerRule(className: string, config: Config): LayerRule | undefined {
  const rule = Object.hasOwn(LAYER_RULES, className) ? LAYER_RULES[className] : undefined;
  return typeof rule === 'function' ? rule(config) : rule;
}
