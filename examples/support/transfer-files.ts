import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { phantomDataset, random } from 'tfjs-multitask/data';
import { writePng } from 'tfjs-multitask/node';

/** A new folder for the files of an example. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'tfjs-multitask-transfer-'));

/** Phantoms as image files, a folder for each class. */
export async function writePhantoms(folder: string, perClass: number, size: number): Promise<string> {
  const dataset = phantomDataset({ counts: { covid: perClass, normal: perClass }, masks: 0, size, seed: 3 });
  for (const [i, { id }] of dataset.rows.entries()) {
    const { x, y } = await dataset.read(i);
    const name = y.classification?.data[0] === 1 ? 'covid' : 'normal';
    const pixels = Uint8Array.from(x.data, (value) => 255 * value);
    await writePng(join(folder, name, `${id.replaceAll(/\W/g, '-')}.png`), { data: pixels, shape: x.shape });
  }
  return folder;
}

/** Random weights for the layers of a net that begin with `prefix`, in a safetensors file, in the place of published ones. */
export async function writeRandomWeights(file: string, net: LayersModel, prefix: string): Promise<string> {
  const draw = random(1, 'weights');
  const weights = net.weights.filter(
    ({ originalName: name }) => name.startsWith(prefix) && !name.includes('preprocess'),
  );
  let end = 0;
  const entries: [string, object][] = [];
  const values: number[] = [];
  for (const { originalName: name, shape } of weights) {
    const size = (shape as number[]).reduce((product, n) => product * n, 1);
    const isScale = /(gamma|moving_variance)$/.test(name);
    for (let i = 0; i < size; i++) values.push(isScale ? 1 : draw.normal(0, 0.1));
    entries.push([name.slice(prefix.length), { dtype: 'F32', shape, data_offsets: [end, end + 4 * size] }]);
    end += 4 * size;
  }
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'keras' }, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(file, Buffer.concat([length, header, Buffer.from(Float32Array.from(values).buffer)]));
  return file;
}
