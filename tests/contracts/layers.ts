import { input, type LayersModel, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import {
  AttentionGate,
  attach,
  BilinearUpsampling,
  CapsuleEncoder,
  CapsuleHead,
  CapsuleLength,
  CapsuleRouting,
  ConvEncoder,
  CrossStitch,
  capsules,
  convBlock,
  DenseNetEncoder,
  EfficientNetEncoder,
  ExpertMixture,
  Film,
  GroupNorm,
  InceptionResNetV2Encoder,
  InceptionV3Encoder,
  InstanceNorm,
  MaskCapsules,
  MLPHead,
  MobileNetV2Encoder,
  ParameterDistance,
  RepeatBatch,
  ResNetEncoder,
  SeededDropout,
  SegmentationHead,
  SliceBatch,
  Squash,
  StopGradient,
  SubspaceMix,
  UNetDecoder,
  UNetEncoder,
  VGG16Encoder,
  withDecoder,
} from '../../src/layers/index';
import type { Encoder, Features, Head } from '../../src/types';
import type { NetCase } from './nets';

/** A layer, the shapes of its inputs without the batch, and what it does to the batch. */
interface LayerCase extends Omit<NetCase, 'build'> {
  readonly make: () => layers.Layer;
  readonly shapes: readonly (readonly number[])[];
  /** Puts it into a net. Default: applied once, to all inputs. */
  readonly connect?: (layer: layers.Layer, inputs: SymbolicTensor[]) => SymbolicTensor[];
}

const SEED = 3;
const encoder = UNetEncoder({ filters: [2, 3] });
const IMAGE = [3, 4, 6];

/** Every layer; a name begins with its export. */
export const LAYERS: Record<string, LayerCase> = {
  InstanceNorm: { make: () => new InstanceNorm({ epsilon: 0.01 }), shapes: [IMAGE] },
  GroupNorm: { make: () => new GroupNorm({ groups: 3, epsilon: 0.01 }), shapes: [IMAGE] },
  AttentionGate: {
    make: () => new AttentionGate({ filters: 3, seed: SEED }),
    shapes: [IMAGE, [3, 4, 2]],
  },
  BilinearUpsampling: { make: () => new BilinearUpsampling(), shapes: [[3, 4, 2]] },
  SeededDropout: { make: () => new SeededDropout({ rate: 0.4, seed: SEED }), shapes: [[3, 4, 2]] },
  // Alone it has no gradient: beside its input, which has one.
  StopGradient: {
    make: () => new StopGradient(),
    shapes: [[4, 3]],
    connect: (layer, [x]) => [layers.multiply().apply([layer.apply(x), x] as SymbolicTensor[]) as SymbolicTensor],
  },
  Squash: { make: () => new Squash(), shapes: [[4, 3]] },
  CapsuleLength: { make: () => new CapsuleLength(), shapes: [[4, 3]] },
  CapsuleRouting: { make: () => new CapsuleRouting({ capsules: 3, dimension: 4, seed: SEED }), shapes: [[5, 2]] },
  MaskCapsules: { make: () => new MaskCapsules(), shapes: [[4, 3]] },
  CrossStitch: { make: () => new CrossStitch({ self: 0.7 }), shapes: [IMAGE, IMAGE, IMAGE] },
  'CrossStitch, an alpha per tensor': { make: () => new CrossStitch({ per: 'tensor' }), shapes: [IMAGE, IMAGE] },
  ExpertMixture: { make: () => new ExpertMixture(), shapes: [IMAGE, IMAGE, IMAGE] },
  SubspaceMix: { make: () => new SubspaceMix({ subspaces: 2, self: 0.6 }), shapes: [IMAGE, IMAGE, IMAGE] },
  Film: { make: () => new Film({ conditions: 2 }), shapes: [IMAGE], parts: 2 },
  RepeatBatch: { make: () => new RepeatBatch({ times: 3 }), shapes: [IMAGE], times: 3 },
  SliceBatch: { make: () => new SliceBatch({ index: 1, parts: 2 }), shapes: [IMAGE], parts: 2, times: 1 / 2 },
  ParameterDistance: {
    make: () => new ParameterDistance({ strength: 0.1 }),
    shapes: [[4, 4, 1]],
    connect: betweenEncoders,
  },
  'ParameterDistance, trace norm': {
    make: () => new ParameterDistance({ distance: 'trace', strength: 0.1 }),
    shapes: [[4, 4, 1]],
    connect: betweenEncoders,
  },
};

/** Behind two encoders, whose parameters the layer compares. */
function betweenEncoders(layer: layers.Layer, [image]: SymbolicTensor[]): SymbolicTensor[] {
  return [1, 2].map((i) => layer.apply(encoder(image, `encoder${i}`, i).bottleneck) as SymbolicTensor);
}

const applyOnce = (layer: layers.Layer, inputs: SymbolicTensor[]) =>
  [layer.apply(inputs.length === 1 ? inputs[0] : inputs) as SymbolicTensor | SymbolicTensor[]].flat();

function buildLayer({ make, shapes, connect = applyOnce }: LayerCase): LayersModel {
  const inputs = shapes.map((shape) => input({ shape: [...shape] }));
  return toModel({ inputs, outputs: connect(make(), inputs) });
}

const outputsOf = ({ skips, bottleneck }: Features): SymbolicTensor[] => [...skips, bottleneck];
const withEncoder = (build: Encoder) => (x: SymbolicTensor) => outputsOf(build(x, 'encoder', SEED));
const withHead = (build: Head) => (x: SymbolicTensor) => [build(encoder(x, 'encoder', SEED), 'task', SEED)];
const withBlock = (build: ReturnType<typeof convBlock>) => (x: SymbolicTensor) => [build(x, 'block', SEED)];

/** Builders of published networks, and the side of their images, of one channel. */
const SIDES: Record<string, number> = {
  VGG16Encoder: 32,
  'ResNetEncoder, depth 18': 32,
  DenseNetEncoder: 32,
  InceptionV3Encoder: 75,
  InceptionResNetV2Encoder: 75,
  'MobileNetV2Encoder, a width of 0.35': 32,
  EfficientNetEncoder: 32,
  'EfficientNetEncoder, lite': 32,
};

/** Every builder, on an image of 8x8x1 or of its own size; named like the layers. */
export const BUILDERS: Record<string, (image: SymbolicTensor) => SymbolicTensor[]> = {
  VGG16Encoder: withEncoder(VGG16Encoder({ stages: 1 })),
  'ResNetEncoder, depth 18': withEncoder(ResNetEncoder({ depth: 18, stages: 2, preprocess: true })),
  DenseNetEncoder: withEncoder(DenseNetEncoder({ stages: 2 })),
  InceptionV3Encoder: withEncoder(InceptionV3Encoder({ stages: 1, grey: 'sum' })),
  InceptionResNetV2Encoder: withEncoder(InceptionResNetV2Encoder({ stages: 1, preprocess: true })),
  'MobileNetV2Encoder, a width of 0.35': withEncoder(MobileNetV2Encoder({ width: 0.35, stages: 3 })),
  EfficientNetEncoder: withEncoder(EfficientNetEncoder({ stages: 2 })),
  'EfficientNetEncoder, lite': withEncoder(EfficientNetEncoder({ variant: 'lite0', stages: 2 })),
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
  MLPHead: withHead(MLPHead({ filters: 3, units: [5, 4], outputs: 2 })),
  'MLPHead, no convolution': withHead(MLPHead({ filters: 0, units: [], activation: 'linear' })),
  CapsuleEncoder: withEncoder(CapsuleEncoder({ filters: 3, kernelSize: 5 })),
  CapsuleHead: withHead(CapsuleHead({ classes: 3, types: 2, dimensions: [4, 5] })),
  capsules: withHead((features, name, seed) => {
    const { head, reconstruction } = capsules({ types: 2, dimensions: [4, 3] });
    head(features, 'covid', seed);
    return reconstruction({ shape: [8, 8, 1], units: [5] })(features, name, seed);
  }),
  SegmentationHead: withHead(SegmentationHead({ channels: 2 })),
  'SegmentationHead, batch norm, softmax': withHead(
    SegmentationHead({ channels: 3, norm: 'batch', activation: 'softmax' }),
  ),
  attach: withHead(attach(UNetDecoder(), { level: 2 })),
  'attach, pooled': withHead(attach(MLPHead({ filters: 0, units: [3] }), { level: 2, pool: 2 })),
  withDecoder: withEncoder(withDecoder(UNetEncoder({ filters: [2, 3, 4] }))),
  'withDecoder, instance norm': withEncoder(withDecoder(ConvEncoder({ filters: [2, 3] }), { norm: 'instance' })),
};

function buildBuilder(build: (image: SymbolicTensor) => SymbolicTensor[], side = 8): LayersModel {
  const image = input({ shape: [side, side, 1] });
  return toModel({ inputs: image, outputs: build(image) });
}

const BUILDER_NETS = Object.entries(BUILDERS).map(([name, build]): [string, NetCase] => [
  name,
  { build: () => buildBuilder(build, SIDES[name]) },
]);

/** A net of each layer and of each builder but those of published networks. */
export const LAYER_NETS: Record<string, NetCase> = {
  ...Object.fromEntries(
    Object.entries(LAYERS).map(([name, layer]) => [name, { ...layer, build: () => buildLayer(layer) }]),
  ),
  ...Object.fromEntries(BUILDER_NETS.filter(([name]) => !(name in SIDES))),
};

/** A net of each builder of published networks, which the cpu backend takes minutes to train. */
export const PUBLISHED_NETS: Record<string, NetCase> = Object.fromEntries(
  BUILDER_NETS.filter(([name]) => name in SIDES),
);
