import { MLPHead, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import { multitask, type Sharing } from '../../../src/models/index';
import type { Encoder, MultitaskModel } from '../../../src/types';

export const TASKS = ['mask', 'grade'] as const;

/** Two levels on 4x4x1: feature maps 4x4x2 and 2x2x4. */
export const tinyEncoder = UNetEncoder({ filters: [2, 4] });

/** Conv 3x3 from 1 to 2 and 2 to 2, then from 2 to 4 and 4 to 4 channels, each with biases. */
export const TINY_ENCODER_PARAMETERS = 9 * 2 + 2 + (9 * 4 + 2) + (9 * 8 + 4) + (9 * 16 + 4);

/**
 * A U-Net decoder and a small perceptron on the features that `sharing` gives. With so few filters some seeds start a layer
 * in which no ReLU is alive; this one does not.
 */
export function tinyShared(
  sharing: Sharing | undefined,
  { seed = 1, encoder = tinyEncoder }: { seed?: number; encoder?: Encoder } = {},
): MultitaskModel<'mask' | 'grade'> {
  return multitask({
    inputShape: [4, 4, 1],
    encoder,
    heads: { mask: UNetDecoder(), grade: MLPHead({ filters: 0, units: [3], dropout: 0 }) },
    sharing,
    seed,
  });
}

/** The parameters of the layers whose names start with `encoder/`. */
export function sharedParameters({ net }: MultitaskModel<string>): number {
  const layers = net.layers.filter(({ name }) => name.startsWith('encoder'));
  return layers.reduce((total, layer) => total + layer.countParams(), 0);
}
