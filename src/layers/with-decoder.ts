import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../internal/check';
import type { Encoder } from '../types';
import { apply } from './apply';
import { conv } from './conv';
import { convBlock } from './conv-block';
import { NORMS, type Norm } from './norm';

export interface WithDecoderOptions {
  /** After each convolution of the decoder. Default 'none'. */
  readonly norm?: Norm;
}

/**
 * An encoder and the expanding path of a U-Net behind it as one encoder, so that tasks share a decoder as well: in the
 * place of each skip stand the decoder's maps of that level. Heads choose their level with {@link attach}.
 *
 * Features of `encoder` -> skips of the same shapes, and its bottleneck. Layers: those of the encoder, then from level to
 * level `name/up4/resize`, `name/up4/conv1`, `name/dec4/concat`, `name/dec4/conv1` and `name/dec4/conv2` as in
 * {@link UNetDecoder}. Throws a RangeError for an unknown norm and, when applied, for skips that do not halve from
 * one to the next.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28.
 *
 * @example
 * const encoder = withDecoder(UNetEncoder({ filters: [2, 4, 8] }), { norm: 'instance' });
 */
export function withDecoder(encoder: Encoder, options: WithDecoderOptions = {}): Encoder {
  const { norm = 'none' } = options;
  checkChoice(norm, NORMS, 'withDecoder: norm');
  return (input, name, seed) => {
    const { skips, bottleneck } = encoder(input, name, seed);
    const decoded: SymbolicTensor[] = [];
    let x = bottleneck;
    for (let level = skips.length; level >= 1; level--) {
      const skip = skips[level - 1];
      const filters = skip.shape[3] as number;
      const [up, stage] = [`${name}/up${level}`, `${name}/dec${level}`];
      x = apply(layers.upSampling2d({ name: `${up}/resize`, size: [2, 2] }), x);
      x = conv({ filters, kernelSize: 2, norm, activation: 'relu' }, x, up, 1, seed);
      if (skip.shape[1] !== x.shape[1] || skip.shape[2] !== x.shape[2]) {
        throw new RangeError(
          `withDecoder: the skip of level ${level} is ${skip.shape[1]} x ${skip.shape[2]}, but the upsampled map is ` +
            `${x.shape[1]} x ${x.shape[2]}; the encoder must halve the sides from skip to skip, without rounding.`,
        );
      }
      x = apply(layers.concatenate({ name: `${stage}/concat` }), [skip, x]);
      x = convBlock({ filters, norm })(x, stage, seed);
      decoded.unshift(x);
    }
    return { skips: decoded, bottleneck };
  };
}
