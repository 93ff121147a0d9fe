import {
  add,
  batchNorm,
  moments,
  mul,
  ones,
  reshape,
  rsqrt,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { canFuseNorm, fusedNorm } from './fused-norm';

interface BatchNormConfig {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/** Whether nothing of the layer is to train: it was frozen itself, or the net around it was. */
function isFrozen(layer: layers.Layer, hasParameters: boolean): boolean {
  return !layer.trainable || (hasParameters && layer.trainableWeights.length === 0);
}

/** `gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta`; tfjs has no gradient where one of both is missing. */
function byStatistics(layer: layers.Layer, x: Tensor, { axis, epsilon, center, scale }: BatchNormConfig): Tensor {
  const along = axis < 0 ? axis + x.rank : axis;
  const shape = x.shape.map((size, i) => (i === along ? size : 1));
  const weights = layer.weights.map((weight) => reshape(weight.read(), shape));
  const [mean, variance] = weights.slice(-2);
  const slope = rsqrt(add(variance, epsilon));
  const normalized = mul(sub(x, mean), scale ? mul(slope, weights[0]) : slope);
  return center ? add(normalized, weights[scale ? 1 : 0]) : normalized;
}

/** By the moments of the batch, which `onMoments` is called with: `[channels]` each. */
function byBatch(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
  onMoments: (mean: Tensor, variance: Tensor) => void,
): Tensor {
  const groups = gamma.size;
  if (canFuseNorm(x)) {
    const rows = (of: Tensor) => reshape(of, [groups]);
    return fusedNorm(x, gamma, beta, { outer: 1, groups, epsilon }, (m, v) => onMoments(rows(m), rows(v)));
  }
  const axes = Array.from({ length: x.rank - 1 }, (_, i) => i);
  const { mean, variance } = moments(x, axes);
  onMoments(mean, variance);
  return batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, beta as Tensor1D, gamma as Tensor1D, epsilon);
}

/**
 * Makes a `tf.layers.batchNormalization` train with `fusedNorm` where the backend has it and the layer normalizes the
 * last axis, and train at all where it has no offset or no factor, of which tfjs lacks the gradient. A frozen one
 * (`layer.trainable = false`) normalizes by its moving statistics, in training too, and does not move them, as in Keras. The
 * layer is saved as the standard one that it is.
 */
export function fuseBatchNorm(layer: layers.Layer): layers.Layer {
  const config = layer.getConfig() as unknown as BatchNormConfig;
  const { axis, momentum, epsilon, center, scale } = config;
  // The class's own, whatever was put in its place before: fusing twice is fusing once.
  const standard: layers.Layer['call'] = Object.getPrototypeOf(layer).call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    const lacks = !center || !scale;
    const last = axis === -1 || axis === x.rank - 1;
    const still = kwargs.training ? isFrozen(layer, center || scale) : lacks && !last;
    if (still) return tidy(() => byStatistics(layer, x, config));
    if (!last || !(lacks || (kwargs.training && canFuseNorm(x)))) return standard(inputs, kwargs);
    return tidy(() => {
      const weights = layer.weights.map((weight) => weight.read());
      const [movingMean, movingVariance] = layer.weights.slice(-2);
      const channels: [number] = [x.shape[x.rank - 1]];
      const gamma = (scale ? weights[0] : ones(channels)) as Tensor1D;
      const beta = (center ? weights[scale ? 1 : 0] : zeros(channels)) as Tensor1D;
      if (!kwargs.training) {
        // The numbers of the standard layer, which a net that tfjs alone loads has, and a gradient, which `gradCam` takes.
        const [mean, variance] = weights.slice(-2) as Tensor1D[];
        return batchNorm(x as Tensor4D, mean, variance, beta, gamma, epsilon);
      }
      return byBatch(x, gamma, beta, epsilon, (mean, variance) => {
        for (const [moving, value] of [
          [movingMean, mean],
          [movingVariance, variance],
        ] as const) {
          const before = moving.read();
          moving.write(sub(before, mul(sub(before, value), 1 - momentum)));
        }
      });
    });
  };
  return layer;
}
