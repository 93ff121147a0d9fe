import { abs, add, randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { toKeras, toOnnx } from '../../src/export/index';
import { amyar2020 } from '../../src/models/index';
import type { MultitaskModel } from '../../src/types';
import { loadWeights } from '../../src/weights/index';
import { useCpu } from '../support/cpu';

useCpu();

/** Each format with what a program reads back. */
const FORMATS: Record<string, (model: MultitaskModel<string>) => Promise<Uint8Array>> = {
  'ONNX, NHWC': (model) => toOnnx(model),
  'ONNX, NCHW': (model) => toOnnx(model, { layout: 'NCHW' }),
  Keras: (model) => toKeras(model),
};

const MODELS: Record<string, (seed: number) => MultitaskModel<string>> = {
  'with batch norms': (seed) => amyar2020({ inputShape: [8, 8, 1], filters: [2, 3], norm: 'batch', seed }),
  'with instance norms': (seed) => amyar2020({ inputShape: [8, 8, 1], filters: [2, 3], norm: 'instance', seed }),
};

/** Weights as of a net that was trained, moving statistics of batch norms too. */
function shake({ net }: MultitaskModel<string>): void {
  tidy(() => {
    const values = net.getWeights();
    net.setWeights(values.map((value, i) => add(value, abs(randomNormal(value.shape, 0, 0.1, 'float32', i + 1)))));
  });
}

const outputs = async (model: MultitaskModel<string>, x: Tensor): Promise<number[][]> =>
  Promise.all(model.tasks.map(async (task) => [...(await model.predict(x)[task].data())]));

describe.each(Object.entries(MODELS))('A model %s is read back by loadWeights', (_, build) => {
  it.each(Object.entries(FORMATS))('from %s', async (_name, write) => {
    const [from, to] = [build(1), build(2)];
    shake(from);
    const x = randomNormal([2, ...from.net.inputs[0].shape.slice(1)] as number[], 0, 1, 'float32', 3);
    const expected = await outputs(from, x);
    expect(await outputs(to, x)).not.toEqual(expected);
    // Numbers of the graph, such as the scales of an upsampling, are in some files too.
    await loadWeights(to, await write(from), { strict: 'model' });
    expect(await outputs(to, x)).toEqual(expected);
    from.dispose();
    to.dispose();
  });
});
