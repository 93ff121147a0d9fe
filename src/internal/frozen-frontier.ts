import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { inOrder } from './in-order';
import { sizeOf } from './size-of';

type Layer = LayersModel['layers'][number];

/**
 * Layers that compute the same in training as in prediction where their weights are frozen. Of others, as dropout and what is
 * not known here, each training pass may make something else.
 */
const SAME_IN_TRAINING: ReadonlySet<string> = new Set([
  'Activation',
  'Add',
  'Average',
  'AveragePooling2D',
  'BatchNormalization',
  'Concatenate',
  'Conv2D',
  'Conv2DTranspose',
  'Cropping2D',
  'Dense',
  'DepthwiseConv2D',
  'ELU',
  'Flatten',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'InputLayer',
  'LayerNormalization',
  'LeakyReLU',
  'MaxPooling2D',
  'Maximum',
  'Minimum',
  'Multiply',
  'PReLU',
  'Permute',
  'ReLU',
  'Rescaling',
  'Reshape',
  'SeparableConv2D',
  'Softmax',
  'ThresholdedReLU',
  'TfjsMultitaskAttentionGate',
  'TfjsMultitaskBilinearUpsampling',
  'TfjsMultitaskGroupNorm',
  'TfjsMultitaskCapsuleLength',
  'TfjsMultitaskCapsuleRouting',
  'TfjsMultitaskInstanceNorm',
  'TfjsMultitaskMaskCapsules',
  'TfjsMultitaskSquash',
  'TfjsMultitaskStopGradient',
  'UpSampling2D',
  'ZeroPadding2D',
]);

/** Whether a layer, or all those of a net, compute the same in each training pass. */
function isConstant(layer: Layer): boolean {
  if ('layers' in layer) return (layer as unknown as LayersModel).layers.every(isConstant);
  if (!SAME_IN_TRAINING.has(layer.getClassName()) || layer.trainableWeights.length > 0) return false;
  // With neither factor nor offset it has moving statistics alone.
  return layer.getClassName() !== 'BatchNormalization' || !layer.trainable || layer.weights.length > 2;
}

/** What a tensor is made from where that is smaller and nothing with weights is between: before an upsampling or a border. */
function smallest(x: SymbolicTensor): SymbolicTensor {
  const [from, ...others] = x.inputs;
  const grows = from !== undefined && others.length === 0 && sizeOf(from) < sizeOf(x);
  return grows && x.sourceLayer.weights.length === 0 ? smallest(from) : x;
}

/**
 * Where the frozen beginning of a net ends: the tensors that frozen layers alone lead to, and that other layers see or that are
 * `outputs`. Empty where no layer with weights is in front of them.
 */
export function frozenFrontier(outputs: readonly SymbolicTensor[]): SymbolicTensor[] {
  const constant = new Set<SymbolicTensor>();
  const frontier = new Set<SymbolicTensor>();
  let saves = false;
  for (const x of inOrder(outputs)) {
    if (x.inputs.every((from) => constant.has(from)) && isConstant(x.sourceLayer)) {
      constant.add(x);
      saves ||= x.sourceLayer.weights.length > 0;
    } else for (const from of x.inputs) if (constant.has(from)) frontier.add(from);
  }
  const ends = new Set([...frontier].map(smallest));
  for (const output of outputs) if (constant.has(output)) ends.add(output);
  return saves ? [...ends] : [];
}
