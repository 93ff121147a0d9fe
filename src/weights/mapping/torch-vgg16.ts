import { checkText } from '../../internal/check-kinds';

/** The convolutions of each block. */
const BLOCKS = [2, 2, 3, 3, 3];

/** Keras's names by the place in torchvision's `features`, where a ReLU follows each convolution and a pooling each block. */
const LAYERS: ReadonlyMap<number, string> = new Map(
  BLOCKS.flatMap((count, block) => {
    const start = BLOCKS.slice(0, block).reduce((sum, n) => sum + 2 * n + 1, 0);
    return Array.from({ length: count }, (_, i) => [start + 2 * i, `block${block + 1}_conv${i + 1}`] as const);
  }),
);

/**
 * The names of torchvision's VGG16 (`features.0.weight`) as those of `keras.applications.VGG16` (`block1_conv1/weight`);
 * null for the dense layers.
 *
 * @throws {TypeError} for a name that is not a text.
 * @example
 * ```ts
 * import { torchVgg16 } from 'tfjs-multitask/weights';
 *
 * // loadWeights(model, 'vgg16-397923af.pth', { prefix: 'encoder/', from: torchVgg16 })
 * torchVgg16('features.0.weight'); // 'block1_conv1/weight'
 * ```
 */
export function torchVgg16(name: string): string | null | undefined {
  checkText(name, 'torchVgg16: name');
  if (name.startsWith('classifier.')) return null;
  const match = /^features\.(\d+)\.(\w+)$/.exec(name);
  const layer = match === null ? undefined : LAYERS.get(Number(match[1]));
  return layer === undefined ? undefined : `${layer}/${match?.[2]}`;
}
