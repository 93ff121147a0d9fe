import { serialization } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { apply } from '../../layers/core/apply';
import { ExpertMixture } from '../../layers/sharing/expert-mixture';
import type { Features } from '../../types';

/** Gates over the feature maps of several experts, the gate of level i (from 1) named `name` + i. */
export function mixExperts(features: SymbolicTensor[], name: string, level: number): SymbolicTensor {
  serialization.registerClass(ExpertMixture);
  return apply(new ExpertMixture({ name: `${name}${level}` }), features);
}

/** One gate for each skip and one for the bottleneck. */
export function mixFeatures(experts: readonly Features[], name: string): Features {
  const { skips } = experts[0];
  return {
    skips: skips.map((_, i) =>
      mixExperts(
        experts.map((expert) => expert.skips[i]),
        name,
        i + 1,
      ),
    ),
    bottleneck: mixExperts(
      experts.map((expert) => expert.bottleneck),
      name,
      skips.length + 1,
    ),
  };
}
