import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { zeros } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { amyar2020, loadMultitask } from 'tfjs-multitask/models';
import { fileSystem } from 'tfjs-multitask/node';
import { type Attack, Fault } from '../attack';
import { applyEdits, drawEdits, type Edit } from '../edits';
import { drawJsonEdit, editJson, type JsonEdit } from '../files/json-edits';
import { checkMessage, readOrRefuse } from '../messages';
import { tinyModel } from '../training/tiny';

const MODELS: Record<string, () => MultitaskModel<string>> = {
  tiny: tinyModel,
  // Skips, norms and gates; layers of this library.
  branched: () =>
    amyar2020({ inputShape: [8, 8, 1], filters: [2, 3], seed: 3, norm: 'instance', reconstructionSkips: 'attention' }),
  dropout: () => amyar2020({ inputShape: [8, 8, 1], filters: [2, 2], seed: 3, norm: 'batch', dropout: 0.2 }),
};

interface Input {
  readonly model: string;
  /** As another program would write it: without a checksum, and its weights under another name. */
  readonly foreign: boolean;
  readonly changes: readonly JsonEdit[];
  readonly edits: readonly Edit[];
}

interface Saved {
  readonly json: string;
  readonly weightsName: string;
  readonly weights: Buffer;
  /** The numbers of each weight. */
  readonly values: readonly Float32Array[];
  readonly parts: unknown;
}

/** The numbers of a model's weights, and what else makes it. */
async function readParts(model: MultitaskModel<string>): Promise<Pick<Saved, 'values' | 'parts'>> {
  const values = await Promise.all(model.net.getWeights().map(async (weight) => (await weight.data()) as Float32Array));
  return { values, parts: { topology: model.net.toJSON(undefined, false), tasks: model.tasks, values } };
}

async function save(name: string): Promise<Saved> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-model-'));
  const model = MODELS[name]();
  try {
    await model.net.save(fileSystem(folder));
    const weightsName = (await readdir(folder)).find((file) => file.endsWith('.bin'))!;
    const json = await readFile(join(folder, 'model.json'), 'utf8');
    const loaded = await loadMultitask(fileSystem(folder));
    const parts = await readParts(loaded);
    loaded.dispose();
    return { json, weightsName, weights: await readFile(join(folder, weightsName)), ...parts };
  } finally {
    model.dispose();
    await rm(folder, { recursive: true });
  }
}

const saved = new Map<string, Promise<Saved>>();

/** Changes what the file says; returns what of it is another kind now, or how its numbers are to be read. */
function changed(json: string, { foreign, changes }: Input): { readonly text: string; readonly reread: boolean } {
  const document = JSON.parse(json);
  if (foreign) {
    delete document.sha256;
    document.weightsManifest[0].paths = ['shard.bin'];
  }
  let reread = false;
  for (const change of changes) {
    const { keys } = editJson(document, change);
    reread ||= keys[0] === 'weightsManifest' && keys.some((key) => ['shape', 'dtype', 'name'].includes(key));
    reread ||= keys[0] === 'weightsManifest' && keys.length <= 4;
  }
  return { text: JSON.stringify(document), reread };
}

/** A model that loads must also compute, with the numbers that are in its file. */
async function use(model: MultitaskModel<string>, before: Saved, reread: boolean): Promise<void> {
  const { values } = await readParts(model);
  const strange = values.findIndex((own) => !before.values.some((value) => isDeepStrictEqual(own, value)));
  if (strange >= 0 && !reread) {
    const { name } = model.net.weights[strange];
    throw new Fault('silent', `the model loads, and its weight ${name} holds other numbers than its file`);
  }
  const shape = model.net.inputs[0].shape.map((n) => n ?? 1);
  if (shape.reduce((product, n) => product * n, 1) > 2 ** 20) return;
  const x = zeros(shape);
  try {
    for (const output of Object.values(model.predict(x))) {
      await output.data();
      output.dispose();
    }
  } catch (error) {
    checkMessage(error);
  } finally {
    x.dispose();
  }
}

/** `model.json` of strangers: changed where JSON or bytes can be. */
export const models: Attack<Input> = {
  kind: 'models',
  share: 150,
  draw(random) {
    const { integer } = random;
    const bytes = integer(6) === 0;
    return {
      model: Object.keys(MODELS)[integer(Object.keys(MODELS).length)],
      foreign: integer(4) > 0,
      changes: bytes ? [] : Array.from({ length: 1 + integer(2) }, () => drawJsonEdit(random)),
      edits: bytes ? drawEdits(random) : [],
    };
  },
  async run(input, folder) {
    if (!saved.has(input.model)) saved.set(input.model, save(input.model));
    const before = await saved.get(input.model)!;
    const { text, reread } = changed(before.json, input);
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'model.json');
    const bytes = applyEdits(Buffer.from(text), input.edits);
    await writeFile(path, bytes);
    await writeFile(join(folder, input.foreign ? 'shard.bin' : before.weightsName), before.weights);
    const model = await readOrRefuse(() => loadMultitask(fileSystem(path)), path);
    if (model === undefined) return;
    try {
      if (!input.foreign && !isDeepStrictEqual((await readParts(model)).parts, before.parts)) {
        throw new Fault('silent', 'model.json was changed, its checksum was not, and another model was loaded');
      }
      await use(model, before, reread || input.edits.length > 0);
    } finally {
      model.dispose();
    }
  },
};
