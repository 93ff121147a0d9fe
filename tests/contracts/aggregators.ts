import {
  alignedMtl,
  caGrad,
  conflictFreeGradient,
  dualProj,
  fairGrad,
  gradDrop,
  gradNorm,
  gradVac,
  imtlG,
  meanGradient,
  mgda,
  nashMtl,
  pcGrad,
  sumGradient,
  upGrad,
} from '../../src/train/index';
import type { Aggregator, ElementwiseAggregator } from '../../src/types';

/** Every aggregator that weighs whole gradients; a name begins with its export. */
export const AGGREGATORS: Record<string, <T extends string>() => Aggregator<T>> = {
  meanGradient,
  sumGradient,
  mgda,
  pcGrad,
  gradVac,
  caGrad,
  imtlG,
  nashMtl,
  alignedMtl,
  upGrad,
  dualProj,
  conflictFreeGradient,
  fairGrad,
  gradNorm,
};

/** Every aggregator of elements. */
export const ELEMENTWISE: Record<string, <T extends string>() => ElementwiseAggregator<T>> = { gradDrop };
