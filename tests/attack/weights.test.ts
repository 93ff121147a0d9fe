import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BESIDE, FORMATS, type Format, type FormatName, WEIGHTS } from '../../scripts/attack/weights/documents';
import { tinyNet } from '../../scripts/attack/weights/tiny-net';
import { loadKeras } from '../../src/weights/keras/load-keras';
import { loadWeights } from '../../src/weights/load-weights';
import { useCpu } from '../support/cpu';

// What the attack changes must be whole before: else every refusal would count as one of the change.

useCpu();

const NAMES = Object.keys(FORMATS) as FormatName[];
const MODELS = NAMES.filter((name) => (FORMATS[name] as Format).isModel);
const expected = WEIGHTS.map(({ layer, keras, values }) => [`${layer}/${keras}`, [...values]]).sort();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attack-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: FormatName): Promise<string> {
  const format: Format = FORMATS[name];
  const written = await format.write(format.document(WEIGHTS));
  const path = join(folder, name);
  await writeFile(path, written!.bytes);
  await writeFile(join(folder, BESIDE), written!.beside ?? '');
  return path;
}

const read = (net: LayersModel) =>
  net.weights.map((weight) => [weight.originalName.replace(/_\d+$/, ''), [...weight.read().dataSync()]]).sort();

describe('A file that the attack writes', () => {
  it.each(NAMES)('%s is read to the numbers that were written', async (name) => {
    const net = tinyNet();
    await loadWeights(net, await write(name));
    expect(read(net)).toEqual(expected);
    net.dispose();
  });

  it.each(MODELS)('%s is a whole model', async (name) => {
    const net = await loadKeras(await write(name));
    expect(read(net)).toEqual(expected);
    net.dispose();
  });
});
