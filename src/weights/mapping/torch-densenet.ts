import { checkText } from '../../internal/check-kinds';

const DENSE = /^features\.denseblock(\d)\.denselayer(\d+)\.(norm|conv)\.?([12])\.(\w+)$/;
const TRANSITION = /^features\.transition(\d)\.(norm|conv)\.(\w+)$/;
const ENDS = /^features\.(conv0|norm0|norm5)\.(\w+)$/;

/** A dense block's two normalizations and convolutions, by torchvision's names. */
const PARTS: Readonly<Record<string, string>> = { norm1: '0_bn', conv1: '1_conv', norm2: '1_bn', conv2: '2_conv' };
const END: Readonly<Record<string, string>> = { conv0: 'conv1_conv', norm0: 'conv1_bn', norm5: 'bn' };

/**
 * The names of torchvision's densely connected networks (`features.denseblock1.denselayer1.norm1.weight`, also as the
 * published files have them, `norm.1`) as those of `keras.applications.DenseNet121` (`conv2_block1_0_bn/weight`); null for
 * the dense layer.
 *
 * @throws {TypeError} for a name that is not a text.
 * @example
 * ```ts
 * import { torchDenseNet } from 'tfjs-multitask/weights';
 *
 * // loadWeights(model, 'densenet169-b2777c0a.pth', { prefix: 'encoder/', from: torchDenseNet })
 * torchDenseNet('features.denseblock1.denselayer1.norm1.weight'); // 'conv2_block1_0_bn/weight'
 * ```
 */
export function torchDenseNet(name: string): string | null | undefined {
  checkText(name, 'torchDenseNet: name');
  if (name.startsWith('classifier.')) return null;
  const dense = DENSE.exec(name);
  if (dense !== null) {
    const [, block, layer, kind, place, weight] = dense;
    return `conv${Number(block) + 1}_block${layer}_${PARTS[kind + place]}/${weight}`;
  }
  const transition = TRANSITION.exec(name);
  if (transition !== null) {
    const [, block, kind, weight] = transition;
    return `pool${Number(block) + 1}_${kind === 'norm' ? 'bn' : 'conv'}/${weight}`;
  }
  const end = ENDS.exec(name);
  return end === null ? undefined : `${END[end[1]]}/${end[2]}`;
}
