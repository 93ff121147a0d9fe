import type { TargetLayer, WeightTarget } from './target-layers';

/** What PyTorch and Keras 3 call weights, and what they may be here. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  weight: ['kernel', 'depthwise_kernel', 'gamma', 'embeddings', 'alpha'],
  kernel: ['depthwise_kernel'],
  bias: ['beta'],
  running_mean: ['moving_mean'],
  running_var: ['moving_variance'],
};

/** The weight of a layer by its name or its place; undefined where it has none such. */
export function weightInLayer({ weights }: TargetLayer, weight: string | number): WeightTarget | undefined {
  if (typeof weight === 'number') return weights[weight];
  const names = [weight, ...(Object.hasOwn(ALSO, weight) ? ALSO[weight] : [])];
  for (const name of names) {
    const found = weights.find((target) => target.weight === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
