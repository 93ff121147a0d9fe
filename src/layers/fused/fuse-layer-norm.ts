import { add, mul, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { normalize } from '../norm/normalize';

interface LayerNormConfig {
  readonly axis: number | readonly number[];
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/** `gamma (x - mean) / sqrt(variance + epsilon) + beta`, without what the layer does not have. */
function byMoments(layer: layers.Layer, x: Tensor, { axis, epsilon, center, scale }: LayerNormConfig): Tensor {
  const axes = [axis].flat().map((one) => (one < 0 ? one + x.rank : one));
  const shape = x.shape.map((size, i) => (axes.includes(i) ? size : 1));
  const [weight] = layer.weights.map((one) => reshape(one.read(), shape));
  const normalized = normalize(x, axes, epsilon);
  if (scale) return mul(normalized, weight);
  return center ? add(normalized, weight) : normalized;
}

/**
 * Lets a `tf.layers.layerNormalization` without offset or factor be differentiated: tfjs throws for it. The layer is saved
 * as the standard one that it is.
 */
export function fuseLayerNorm(layer: layers.Layer): layers.Layer {
  // The class's own, whatever was put in its place before: fusing twice is fusing once.
  const standard: layers.Layer['call'] = Object.getPrototypeOf(layer).call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const config = layer.getConfig() as unknown as LayerNormConfig;
    if (config.center && config.scale) return standard(inputs, kwargs);
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    return tidy(() => byMoments(layer, x, config));
  };
  return layer;
}
