import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { NDArray } from 'tfjs-multitask';
import { dice, score } from 'tfjs-multitask/metrics';
import { gradCam } from 'tfjs-multitask/models';
import type { Grid, Outcome } from '../messages';
import { type Model, SIZE } from '../recipe';

const grid = (data: Float32Array): Grid => ({ size: SIZE, data });

/** What the model makes of a slice, with the times until the numbers were there. */
export async function explain(
  model: Model,
  { input, mask }: { readonly input: NDArray; readonly mask?: NDArray | undefined },
): Promise<Outcome> {
  const x = tensor(input.data, [1, SIZE, SIZE, 1], 'float32');
  const begin = performance.now();
  const outputs = model.predict(x);
  try {
    const { reconstruction, segmentation, classification } = outputs;
    const [image, lesions, [probability]] = (await Promise.all(
      [reconstruction, segmentation, classification].map((output) => output.data()),
    )) as Float32Array[];
    const predicted = performance.now();
    const heat = gradCam(model, x, { task: 'classification' });
    const warm = (await heat.data()) as Float32Array;
    heat.dispose();
    const explained = performance.now();
    const overlap = mask?.data.includes(1 as never) ? await score(dice(), mask.data, lesions) : undefined;
    return {
      probability,
      mask: grid(lesions),
      reconstruction: grid(image),
      heat: grid(warm),
      dice: overlap,
      milliseconds: { prediction: predicted - begin, gradCam: explained - predicted },
    };
  } finally {
    dispose([x, ...Object.values(outputs)]);
  }
}
