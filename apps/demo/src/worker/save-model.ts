import { io } from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';
import { toKeras, toOnnx } from 'tfjs-multitask/export';
import type { Calls, Format } from '../messages';
import { type Model, PREPROCESSING } from '../recipe';
import { keepModel } from './keep-model';

const WEIGHTS = 'weights.bin';

/** `model.json` and the weights beside it, as one archive. */
async function toZip(model: Model): Promise<Uint8Array> {
  const { weightSpecs, weightData, ...rest } = await keepModel(model);
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const json = { ...rest, weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs }] };
  return zipSync({ 'model.json': strToU8(JSON.stringify(json)), [WEIGHTS]: weights }, { level: 0 });
}

/** The model as a file to keep. */
export async function saveModel(model: Model, format: Format, threshold: number): Promise<ReturnType<Calls['save']>> {
  const options = { preprocessing: PREPROCESSING, thresholds: { segmentation: 0.5, classification: threshold } };
  const write = {
    tfjs: async () => ({ name: 'model.zip', type: 'application/zip', bytes: await toZip(model) }),
    onnx: async () => ({
      name: 'model.onnx',
      type: 'application/octet-stream',
      bytes: await toOnnx(model, options),
    }),
    keras: async () => ({
      name: 'model.keras',
      type: 'application/octet-stream',
      bytes: await toKeras(model, options),
    }),
  };
  const { name, type, bytes } = await write[format]();
  return { name, type, bytes: new Uint8Array(bytes) };
}
