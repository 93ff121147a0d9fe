import { checkChoice } from '../../internal/check';
import { checkFeatures, checkFunction } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { NORMS, type Norm } from '../blocks/norm';
import { upPath } from '../blocks/up-path';

/** Options of {@link withDecoder}. */
export interface WithDecoderOptions {
  /** After each convolution of the decoder. Default: `'none'`. */
  readonly norm?: Norm | undefined;
}

/**
 * An encoder and the expanding path of a U-Net behind it, as one encoder, so that tasks share a decoder as well: in
 * place of each skip comes the decoder's feature map of that level.
 *
 * Heads choose their level with {@link attach}.
 *
 * Features of `encoder` -> skips of the same shapes, in front of them one of the image's size where the finest is smaller,
 * and its bottleneck. Layers: those of the encoder, then from level
 * to level `name/up4/resize`, `name/up4/conv1`, `name/dec4/concat`, `name/dec4/conv1` and `name/dec4/conv2` as in
 * {@link UNetDecoder}.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28.
 *
 * @throws {RangeError} for an unknown norm and, when applied, for skips that are far from halving from one to the next.
 * @example
 * ```ts
 * import { attach, SegmentationHead, UNetEncoder, withDecoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: withDecoder(UNetEncoder({ filters: [2, 4, 8] }), { norm: 'instance' }),
 *   heads: {
 *     lesion: attach(SegmentationHead(), { level: 1 }),
 *     edge: attach(SegmentationHead(), { level: 1 }),
 *   },
 * });
 * ```
 */
export function withDecoder(encoder: Encoder, options: WithDecoderOptions = {}): Encoder {
  checkOptions(options, ['norm'], 'withDecoder');
  const { norm = 'none' } = options;
  checkFunction(encoder, 'withDecoder: encoder', 'UNetEncoder()');
  checkChoice(norm, NORMS, 'withDecoder: norm');
  return (input, name, seed) => {
    const features = encoder(input, name, seed);
    checkFeatures(features, 'withDecoder: what the encoder returns');
    const path = { skips: 'concat', upsample: 'nearest', norm, caller: 'withDecoder' } as const;
    return { skips: upPath(features, path, name, seed), bottleneck: features.bottleneck };
  };
}
