import { join } from 'node:path';
import { dispose, io, tensor } from '@tensorflow/tfjs-core';
import { strFromU8, unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { resizeImage, scaleToUnit } from 'tfjs-multitask/data';
import { InstanceNorm } from 'tfjs-multitask/layers';
import { loadMultitask } from 'tfjs-multitask/models';
import { fileSystem } from 'tfjs-multitask/node';
import { loadKeras, loadWeights, type MakeLayer } from 'tfjs-multitask/weights';
import { newModel, SIZE } from '../../apps/demo/src/recipe';
import { expect } from './expect';
import { rings } from './uploads';

/** Of two digits. */
const ROUNDING = 0.006;

/** What a page shows of the outputs, in two digits: the probability, and the share of the picture that the mask covers. */
export type Seen = readonly [probability: number, area: number];

/** What a model sees in the rings of a side, read as the page reads a picture. */
async function look(predict: MultitaskModel<string>['predict'], side: number): Promise<Seen> {
  const { data } = resizeImage(scaleToUnit({ data: rings(side, side), shape: [side, side, 1] }), [SIZE, SIZE]);
  const x = tensor(data, [1, SIZE, SIZE, 1], 'float32');
  const outputs = predict(x);
  const [probability] = await outputs.classification.data();
  const mask = await outputs.segmentation.data();
  dispose([x, ...Object.values(outputs)]);
  return [probability, mask.filter((value: number) => value >= 0.5).length / mask.length];
}

const memory = (bytes: Uint8Array): io.IOHandler => {
  const files = unzipSync(bytes);
  const { weightsManifest, ...rest } = JSON.parse(strFromU8(files['model.json']));
  const [{ paths, weights }] = weightsManifest;
  return io.fromMemory({ ...rest, weightSpecs: weights, weightData: files[paths[0]].slice().buffer });
};

/** Keras's layer that TensorFlow.js does not have: the norm of groups of one channel is that of instances. */
const layers: Record<string, MakeLayer> = {
  GroupNormalization: ({ name, epsilon }) => new InstanceNorm({ name: name as string, epsilon: epsilon as number }),
};

/** Opens a file that the page wrote, and predicts with it. */
const openers: Readonly<Record<string, (bytes: Uint8Array, side: number) => Promise<Seen>>> = {
  async 'model.zip'(bytes, side) {
    const model = await loadMultitask(memory(bytes));
    return look(model.predict, side);
  },
  async 'model.onnx'(bytes, side) {
    const model = newModel(1);
    await loadWeights(model, bytes, { strict: false }); // it has constants beside the weights
    return look(model.predict, side);
  },
  async 'model.keras'(bytes, side) {
    const net = await loadKeras(bytes, { layers });
    return look((x) => {
      const outputs = [net.predict(x)].flat();
      return Object.fromEntries(net.outputNames.map((name, i) => [name, outputs[i]]));
    }, side);
  },
};

/** What a file of the page, opened here, sees in the rings. */
export function lookWithFile(name: string, bytes: Uint8Array, side: number): Promise<Seen> {
  return openers[name](bytes, side);
}

/** What the model sees in them that the page begins with. */
export async function lookWithBuilt(folder: string, side: number): Promise<Seen> {
  const model = await loadMultitask(fileSystem(join(folder, 'model')));
  return look(model.predict, side);
}

/** Throws unless the page shows, in two digits, what was seen here. */
export async function expectShown(page: Page, seen: Seen, who: string): Promise<void> {
  const texts = await Promise.all(['#probability', '#overlap'].map((id) => page.locator(id).textContent()));
  const shown = [Number(texts[0]), Number.parseFloat(texts[1]!) / 100];
  const worst = Math.max(...shown.map((value, i) => Math.abs(value - seen[i])));
  expect(worst < ROUNDING, `the page shows ${texts.join(', ')}; ${who} sees ${seen.join(', ')}`);
}
