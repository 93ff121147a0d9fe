import { checkText } from '../../internal/check-kinds';

/** PyTorch's stages are numbered from 1, Keras's from 2, which the first convolution is the first of. */
const BLOCK = /^layer([1-4])\.(\d+)\.(?:(conv|bn)([123])|downsample\.([01]))\.(\w+)$/;
const STEM = /^(conv|bn)1\.(\w+)$/;

/**
 * The names of torchvision's residual networks (`layer1.0.conv1.weight`) as those of `keras.applications.ResNet50`
 * (`conv2_block1_1_conv/weight`), which `ResNetEncoder({ variant: 'torch' })` has; null for the dense layer.
 *
 * @throws {TypeError} for a name that is not a text.
 * @example
 * ```ts
 * import { torchResNet } from 'tfjs-multitask/weights';
 *
 * // loadWeights(model, 'resnet50-0676ba61.pth', { prefix: 'encoder/', from: torchResNet })
 * torchResNet('layer1.0.conv1.weight'); // 'conv2_block1_1_conv/weight'
 * ```
 */
export function torchResNet(name: string): string | null | undefined {
  checkText(name, 'torchResNet: name');
  if (name.startsWith('fc.')) return null;
  const stem = STEM.exec(name);
  if (stem !== null) return `conv1_${stem[1]}/${stem[2]}`;
  const block = BLOCK.exec(name);
  if (block === null) return undefined;
  const [, stage, index, kind, place, shortcut, weight] = block;
  const layer = shortcut === undefined ? `${place}_${kind}` : `0_${shortcut === '0' ? 'conv' : 'bn'}`;
  return `conv${Number(stage) + 1}_block${Number(index) + 1}_${layer}/${weight}`;
}
