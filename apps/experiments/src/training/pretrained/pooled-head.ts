import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Head } from 'tfjs-multitask';

/** What the head makes of the feature maps before it standardizes it, by the name of the task. */
export const pooledLayer = (task: string): string => `${task}/pooled`;
/** The layer that standardizes, a frozen batch normalization. */
export const standardLayer = (task: string): string => `${task}/standard`;

/**
 * A linear classifier on the mean and the maximum of each channel of some levels, 1 the finest: what a logistic regression on
 * features of a frozen encoder is, so that it can begin with the solution of one.
 */
export function pooledHead(levels: readonly number[]): Head {
  return ({ skips, bottleneck }, name, seed) => {
    const maps = [...skips, bottleneck];
    const pooled = levels.flatMap((level) => {
      const map = maps[level - 1];
      return [
        layers.globalAveragePooling2d({ name: `${name}/mean${level}` }).apply(map),
        layers.globalMaxPooling2d({ name: `${name}/maximum${level}` }).apply(map),
      ] as SymbolicTensor[];
    });
    const joined = layers.concatenate({ name: pooledLayer(name) }).apply(pooled);
    const standard = layers
      .batchNormalization({ name: standardLayer(name), trainable: false, epsilon: 1e-6 })
      .apply(joined);
    const kernelInitializer = { className: 'GlorotUniform', config: { seed } };
    return layers
      .dense({ name, units: 1, activation: 'sigmoid', kernelInitializer: kernelInitializer as never })
      .apply(standard) as SymbolicTensor;
  };
}
