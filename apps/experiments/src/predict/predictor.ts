import { add, div, reverse, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { model as layersModel } from '@tensorflow/tfjs-layers';
import type { MultitaskModel, NDArray } from 'tfjs-multitask';
import { scaleToUnit } from 'tfjs-multitask/data';

/** What a model says of one image. */
export interface Prediction {
  readonly probability: number | undefined;
  /** Of lesion in each pixel, `[height, width, 1]`, at the size of the model. */
  readonly lesion: NDArray | undefined;
}

/** A model that classifies, segments or both. */
export interface Predictor {
  readonly size: readonly [height: number, width: number];
  readonly channels: 1 | 3;
  /** `images`: `[height, width, channels]` each. */
  predict(images: readonly NDArray[]): Promise<Prediction[]>;
}

const TASKS = ['classification', 'segmentation'] as const;
type Task = (typeof TASKS)[number];

function inputOf({ net }: MultitaskModel<string>): Pick<Predictor, 'size' | 'channels'> {
  const [, height, width, channels] = net.inputs[0].shape;
  if (net.inputs[0].shape.length !== 4 || !height || !width || (channels !== 1 && channels !== 3)) {
    throw new Error(`The model must take images of a fixed size with 1 or 3 channels, got [${net.inputs[0].shape}].`);
  }
  return { size: [height, width], channels };
}

export interface PredictorOptions {
  /** Averages over the image and its mirror image. */
  readonly flips?: boolean;
  /** Percentiles of each image that become 0 and 1, as in training. */
  readonly window?: readonly [low: number, high: number];
}

/** Makes the model ready; heads that are not needed, such as a reconstruction, do not run. */
export function createPredictor(
  model: MultitaskModel<string>,
  { flips = false, window }: PredictorOptions = {},
): Predictor {
  const { size, channels } = inputOf(model);
  const tasks = TASKS.filter((task) => model.tasks.includes(task));
  if (tasks.length === 0) {
    throw new Error(`The model must have one of the tasks ${TASKS.join(', ')}; it has ${model.tasks.join(', ')}.`);
  }
  const outputs = tasks.map((task) => model.net.outputs[model.tasks.indexOf(task)]);
  const expected = { classification: 'null,1', segmentation: `null,${size},1` };
  for (const [i, task] of tasks.entries()) {
    const shape = outputs[i].shape.map(String).join();
    if (shape !== expected[task]) {
      throw new Error(`The model's ${task} must have the shape [${expected[task]}], got [${shape}].`);
    }
  }
  const net = layersModel({ inputs: model.net.inputs, outputs });

  const run = (x: Tensor4D): Tensor[] => [net.predict(x, { batchSize: x.shape[0] })].flat();
  const mirrored = (x: Tensor4D): Tensor[] =>
    run(reverse(x, 2)).map((y) => (y.rank === 4 ? reverse(y as Tensor4D, 2) : y));

  return {
    size,
    channels,
    async predict(images) {
      const pixels = size[0] * size[1];
      const data = new Float32Array(images.length * pixels * channels);
      for (const [i, image] of images.entries()) {
        const { data: values } = window === undefined ? image : scaleToUnit(image, { percentiles: window });
        data.set(values, i * pixels * channels);
      }
      const results = tidy(() => {
        const x = tensor4d(data, [images.length, ...size, channels]);
        const plain = run(x);
        if (!flips) return plain;
        return mirrored(x).map((other, i) => div(add(plain[i], other), 2));
      });
      const values: { [K in Task]?: Float32Array } = {};
      for (const [i, task] of tasks.entries()) {
        values[task] = (await results[i].data()) as Float32Array;
        results[i].dispose();
      }
      const { classification, segmentation } = values;
      return images.map((_, i) => ({
        probability: classification?.[i],
        lesion: segmentation && { data: segmentation.slice(i * pixels, (i + 1) * pixels), shape: [...size, 1] },
      }));
    },
  };
}
