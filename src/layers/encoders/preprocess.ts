import { concat, expandDims, mul, sub, type Tensor4D, tidy, unstack } from '@tensorflow/tfjs-core';
import { checkChoice } from '../../internal/check';
import { checkTensor } from '../../internal/check-kinds';

/**
 * What published weights expect in place of pixels in [0, 1]: blue, green and red, each times 255 minus its mean
 * (`'caffe'`); red, green and blue standardized by ImageNet's means and deviations (`'torch'`); values in [-1, 1]
 * (`'tf'`), or nearly so (`'lite'`).
 */
export type Preprocessing = 'caffe' | 'torch' | 'tf' | 'lite';

const PREPROCESSINGS: readonly Preprocessing[] = ['caffe', 'torch', 'tf', 'lite'];

/** `y[i] = scale[i] x[from[i]] + offset[i]`. */
export interface Affine {
  readonly from: readonly [number, number, number];
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

const MEANS = [0.485, 0.456, 0.406] as const;
const DEVIATIONS = [0.229, 0.224, 0.225] as const;
/** (255 x - 127) / 128, in EfficientNet-Lite's words. */
const LITE = { scale: 255 / 128, offset: -127 / 128 };

const RGB = [0, 1, 2] as const;

/** Each kind of preprocessing. */
export const AFFINES: Readonly<Record<Preprocessing, Affine>> = {
  caffe: { from: [2, 1, 0], scale: [255, 255, 255], offset: [-103.939, -116.779, -123.68] },
  torch: {
    from: RGB,
    scale: [1 / DEVIATIONS[0], 1 / DEVIATIONS[1], 1 / DEVIATIONS[2]],
    offset: [-MEANS[0] / DEVIATIONS[0], -MEANS[1] / DEVIATIONS[1], -MEANS[2] / DEVIATIONS[2]],
  },
  tf: { from: RGB, scale: [2, 2, 2], offset: [-1, -1, -1] },
  lite: {
    from: RGB,
    scale: [LITE.scale, LITE.scale, LITE.scale],
    offset: [LITE.offset, LITE.offset, LITE.offset],
  },
};

/**
 * Makes of images what the published weights of an encoder expect; the option `preprocess` of the encoders puts the same
 * inside the net.
 *
 * `[batch, height, width, 3]` of red, green and blue in [0, 1], or `[batch, height, width, 1]` of grey, which counts as
 * three equal channels -> `[batch, height, width, 3]`. `'caffe'`: VGG16 and ResNet of Keras; `'torch'`: ResNet of
 * torchvision, DenseNet, EfficientNet; `'tf'`: the Inceptions and MobileNetV2; `'lite'`: EfficientNet-Lite. The caller
 * disposes the result.
 * Source: Keras 3.15.1, `keras.applications.*.preprocess_input`, of pixels in [0, 255].
 *
 * @throws {RangeError} for an unknown kind, and for another shape.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { preprocessImages } from 'tfjs-multitask/layers';
 *
 * const images = tensor4d(new Float32Array(3), [1, 1, 1, 3]);
 * const x = preprocessImages(images, 'caffe');
 * ```
 */
export function preprocessImages(x: Tensor4D, kind: Preprocessing): Tensor4D {
  checkTensor(x, 'preprocessImages: x');
  checkChoice(kind, PREPROCESSINGS, 'preprocessImages: kind');
  if (x.rank !== 4 || (x.shape[3] !== 1 && x.shape[3] !== 3)) {
    throw new RangeError(
      `preprocessImages: x must have the shape [batch, height, width, 1 or 3], got [${x.shape.join(', ')}].`,
    );
  }
  const { from, scale, offset } = AFFINES[kind];
  return tidy(() => {
    const channels = unstack(x, 3);
    const changed = from.map((channel, i) => {
      const scaled = mul(channels.length === 1 ? channels[0] : channels[channel], scale[i]);
      return expandDims(sub(scaled, -offset[i]), 3) as Tensor4D;
    });
    return concat(changed, 3);
  });
}
