import { input, type LayersModel, type layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import {
  AttentionGate,
  BilinearUpsampling,
  ConvEncoder,
  convBlock,
  GroupNorm,
  InstanceNorm,
  MLPHead,
  SeededDropout,
  UNetDecoder,
  UNetEncoder,
} from '../../src/layers/index';
import type { Encoder, Features, Head } from '../../src/types';

const SEED = 3;
const encoder = UNetEncoder({ filters: [2, 3] });

/** Layers, each with the shapes of its inputs. */
export const LAYERS: Record<string, { make: () => layers.Layer; shapes: number[][] }> = {
  InstanceNorm: { make: () => new InstanceNorm({ epsilon: 0.01 }), shapes: [[3, 4, 6]] },
  GroupNorm: { make: () => new GroupNorm({ groups: 3, epsilon: 0.01 }), shapes: [[3, 4, 6]] },
  AttentionGate: {
    make: () => new AttentionGate({ filters: 3, seed: SEED }),
    shapes: [
      [3, 4, 6],
      [3, 4, 2],
    ],
  },
  BilinearUpsampling: { make: () => new BilinearUpsampling(), shapes: [[3, 4, 2]] },
  SeededDropout: { make: () => new SeededDropout({ rate: 0.4, seed: SEED }), shapes: [[3, 4, 2]] },
};

const outputsOf = ({ skips, bottleneck }: Features): SymbolicTensor[] => [...skips, bottleneck];
const withEncoder = (build: Encoder) => (x: SymbolicTensor) => outputsOf(build(x, 'encoder', SEED));
const withHead = (build: Head) => (x: SymbolicTensor) => [build(encoder(x, 'encoder', SEED), 'task', SEED)];
const withBlock = (build: ReturnType<typeof convBlock>) => (x: SymbolicTensor) => [build(x, 'block', SEED)];

/** Builders on an image of 8x8x1. */
const BUILDERS: Record<string, (image: SymbolicTensor) => SymbolicTensor[]> = {
  convBlock: withBlock(convBlock({ filters: 3, dropout: 0.2 })),
  'convBlock, batch norm': withBlock(convBlock({ filters: 3, norm: 'batch' })),
  'convBlock, instance norm': withBlock(convBlock({ filters: 3, norm: 'instance' })),
  'convBlock, group norm': withBlock(convBlock({ filters: 4, norm: 'group', activation: 'elu' })),
  UNetEncoder: withEncoder(UNetEncoder({ filters: [2, 3, 4], dropout: 0.2 })),
  ConvEncoder: withEncoder(ConvEncoder({ filters: [2, 3] })),
  UNetDecoder: withHead(UNetDecoder()),
  'UNetDecoder, attention, bilinear': withHead(UNetDecoder({ skips: 'attention', upsample: 'bilinear' })),
  'UNetDecoder, no skips, transpose': withHead(UNetDecoder({ skips: 'none', upsample: 'transpose' })),
  'UNetDecoder, transpose, instance norm': withHead(UNetDecoder({ upsample: 'transpose', norm: 'instance' })),
  'UNetDecoder, 3 classes': withHead(UNetDecoder({ channels: 3, activation: 'softmax' })),
  MLPHead: withHead(MLPHead({ conv: 3, units: [5, 4], outputs: 2 })),
  'MLPHead, no conv': withHead(MLPHead({ conv: 0, units: [], activation: 'linear' })),
};

function buildLayer({ make, shapes }: (typeof LAYERS)[string]): LayersModel {
  const inputs = shapes.map((shape) => input({ shape }));
  const outputs = make().apply(inputs.length === 1 ? inputs[0] : inputs) as SymbolicTensor;
  return toModel({ inputs, outputs });
}

function buildBuilder(build: (image: SymbolicTensor) => SymbolicTensor[]): LayersModel {
  const image = input({ shape: [8, 8, 1] });
  return toModel({ inputs: image, outputs: build(image) });
}

/** A net of each layer and of each builder. */
export const MODELS: Record<string, () => LayersModel> = {
  ...Object.fromEntries(Object.entries(LAYERS).map(([name, layer]) => [name, () => buildLayer(layer)])),
  ...Object.fromEntries(Object.entries(BUILDERS).map(([name, build]) => [name, () => buildBuilder(build)])),
};
