import type { Shape } from '@tensorflow/tfjs-layers';
import { type Form, type Part, perChannel, pointwise, reshaped } from './form';
import type { SavedLayer } from './topology';

/** It is a layer of tfjs's with another mask in training. */
const seededDropout: Form = {
  parts: ({ config: { rate, seed } }) => [
    { name: '', className: 'Dropout', config: { rate, seed, noise_shape: null }, from: [0] },
  ],
};

/** What it does is of training alone: a loss, or the end of gradients. */
const identity: Form = {
  parts: () => [{ name: '', className: 'Activation', config: { activation: 'linear' }, from: [0] }],
};

/** A mean over three pixels of the enlarged image and a quarter of that image, so that a value has three quarters of its own. */
function smooth(name: string, mean: string, size: readonly [number, number], from: string): Part[] {
  const config = { pool_size: size, strides: [1, 1], padding: 'same' };
  return [
    { name: mean, className: 'AveragePooling2D', config, from: [from] },
    { name, className: 'Average', from: [mean, mean, mean, from] },
  ];
}

const bilinearUpsampling: Form = {
  parts: () => [
    { name: 'nearest', className: 'UpSampling2D', config: { size: [2, 2], interpolation: 'nearest' }, from: [0] },
    ...smooth('vertical', 'rows', [3, 1], 'nearest'),
    ...smooth('', 'columns', [1, 3], 'vertical'),
  ],
};

const attentionGate: Form = {
  parts({ config }, [[, , , channels]]) {
    // As in the layer.
    const filters = (config.filters as number | null) ?? Math.max(1, Math.floor((channels as number) / 2));
    return [
      pointwise('skip', filters, [0], false),
      pointwise('gate', filters, [1], true),
      { name: 'sum', className: 'Add', from: ['skip', 'gate'] },
      { name: 'relu', className: 'Activation', config: { activation: 'relu' }, from: ['sum'] },
      pointwise('psi', 1, ['relu'], true, 'sigmoid'),
      { name: '', className: 'Multiply', from: [0, 'psi'] },
    ];
  },
  weights: ({ skip_kernel, gate_kernel, gate_bias, psi_kernel }) => [
    reshaped('skip/kernel', [1, 1, ...skip_kernel], 'skip_kernel'),
    reshaped('gate/kernel', [1, 1, ...gate_kernel], 'gate_kernel'),
    reshaped('gate/bias', gate_bias, 'gate_bias'),
    reshaped('psi/kernel', [1, 1, ...psi_kernel], 'psi_kernel'),
    reshaped('psi/bias', [1], 'psi_bias'),
  ],
};

function normalization(axis: readonly number[], { config: { epsilon } }: SavedLayer, from: Part['from']): Part {
  const config = { axis, epsilon, center: false, scale: false };
  return { name: 'normalized', className: 'LayerNormalization', config, from };
}

const normWeights: Form['weights'] = ({ gamma, beta }) => [
  reshaped('depthwise_kernel', [1, 1, ...gamma, 1], 'gamma'),
  reshaped('bias', beta, 'beta'),
];

const instanceNorm: Form = {
  parts: (layer) => [normalization([1, 2], layer, [0]), perChannel('', ['normalized'], true)],
  weights: normWeights,
};

/** The groups become an axis; how to undo that must be known, so images of unknown size have no such form. */
const groupNorm: Form = {
  parts(layer, [[, ...size]]: readonly Shape[]) {
    if (size.includes(null)) return undefined;
    const [height, width, channels] = size as number[];
    const groups = layer.config.groups as number;
    const target_shape = [height * width, groups, channels / groups];
    return [
      { name: 'grouped', className: 'Reshape', config: { target_shape }, from: [0] },
      normalization([1, 3], layer, ['grouped']),
      { name: 'ungrouped', className: 'Reshape', config: { target_shape: size }, from: ['normalized'] },
      perChannel('', ['ungrouped'], true),
    ];
  },
  weights: normWeights,
};

/** The forms of the layers that encoders, decoders and heads are made of, by their class. */
export const LAYER_FORMS: Readonly<Record<string, Form>> = {
  TfjsMultitaskSeededDropout: seededDropout,
  TfjsMultitaskParameterDistance: identity,
  TfjsMultitaskStopGradient: identity,
  TfjsMultitaskBilinearUpsampling: bilinearUpsampling,
  TfjsMultitaskAttentionGate: attentionGate,
  TfjsMultitaskInstanceNorm: instanceNorm,
  TfjsMultitaskGroupNorm: groupNorm,
};
