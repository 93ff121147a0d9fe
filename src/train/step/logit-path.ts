import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { OutputEnd } from '../../internal/output-end';

/** How the logits of an output are computed. */
export interface LogitPath {
  /** What the net is asked for in place of the output. */
  readonly from: SymbolicTensor;
  /** Computes the logits from that. */
  finish(value: Tensor, training: boolean): Tensor;
}

/** A layer whose activation can be changed. */
interface Activated {
  activation: unknown;
}

/** The layers whose activation is all that they compute. */
const ACTIVATION_ONLY = ['Activation', 'Softmax'];

const linear = (): unknown => (layers.activation({ activation: 'linear' }) as unknown as Activated).activation;

/** Runs `body` with a layer that has no activation meanwhile. */
function withoutActivation<R>(layer: layers.Layer, body: () => R): R {
  const activated = layer as unknown as Activated;
  const { activation } = activated;
  activated.activation = linear();
  try {
    return body();
  } finally {
    activated.activation = activation;
  }
}

/**
 * The way to the logits in front of the activation that an output ends in: the net is run up to the layer with the
 * activation, and that layer without it.
 */
export function logitPath({ at, moved }: OutputEnd): LogitPath {
  const layer = at.sourceLayer;
  const behind = moved.map(({ sourceLayer }) => sourceLayer);
  const isAlone = ACTIVATION_ONLY.includes(layer.getClassName());
  return {
    from: at.inputs[0],
    finish: (value, training) =>
      tidy(() => {
        const run = (each: layers.Layer, x: Tensor): Tensor => [each.call(x, { training })].flat()[0];
        const logits = isAlone ? value : withoutActivation(layer, () => run(layer, value));
        return behind.reduce((x, each) => run(each, x), logits);
      }),
  };
}
