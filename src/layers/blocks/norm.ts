import { serialization } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { apply } from '../core/apply';
import { fuseBatchNorm } from '../fused/fuse-batch-norm';
import { GroupNorm } from '../norm/group-norm';
import { InstanceNorm } from '../norm/instance-norm';

/**
 * Which normalization follows each convolution: none (the paper); over the batch (momentum 0.9); over each channel of
 * each sample; or over groups of channels of each sample, 8 where they divide the channels, else the largest number
 * that divides both.
 */
export type Norm = 'none' | 'batch' | 'instance' | 'group';

export const NORMS: readonly Norm[] = ['none', 'batch', 'instance', 'group'];

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Adds the normalization, named `name`; 'none' adds nothing. */
export function applyNorm(norm: Norm, input: SymbolicTensor, name: string): SymbolicTensor {
  switch (norm) {
    case 'none':
      return input;
    case 'batch':
      return apply(fuseBatchNorm(layers.batchNormalization({ name, momentum: 0.9, epsilon: 1e-5 })), input);
    case 'instance':
      serialization.registerClass(InstanceNorm);
      return apply(new InstanceNorm({ name }), input);
    case 'group':
      serialization.registerClass(GroupNorm);
      return apply(new GroupNorm({ name, groups: greatestCommonDivisor(input.shape[3] as number, 8) }), input);
  }
}
