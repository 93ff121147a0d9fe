import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { memory, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type LoadWeightsOptions, loadKeras, loadWeights, openWeights } from 'tfjs-multitask/weights';
import { type Attack, Fault } from '../attack';
import { applyEdits, drawEdits, type Edit } from '../edits';
import { drawJsonEdit, editJson, type JsonEdit } from '../files/json-edits';
import { checkMessage, readOrRefuse } from '../messages';
import { BESIDE, FORMATS, type Format, type FormatName, WEIGHTS } from '../weights/documents';
import { tinyNet } from '../weights/tiny-net';

interface Input {
  readonly file: FormatName;
  readonly reader: 'loadWeights' | 'loadKeras' | 'openWeights';
  readonly options: LoadWeightsOptions;
  /** Of the document that the file is written of. */
  readonly changes: readonly JsonEdit[];
  readonly edits: readonly Edit[];
  /** Whether the edits are of the file beside it, where the format has one. */
  readonly beside: boolean;
}

const NAMES = Object.keys(FORMATS) as FormatName[];

/** The weights by the names that the net and Keras give them. */
const WRITTEN = new Map(WEIGHTS.map(({ layer, keras, values }) => [`${layer}/${keras}`, values]));

async function valuesOf(net: LayersModel): Promise<ReadonlyMap<string, readonly number[]>> {
  const entries = net.weights.map(async (weight) => {
    const name = weight.originalName.replace(/_\d+$/, '');
    return [name, [...(await weight.read().data())]] as const;
  });
  return new Map(await Promise.all(entries));
}

/** All numbers that a document holds. */
function numbersIn(value: unknown, into = new Set<number>([0])): ReadonlySet<number> {
  if (typeof value === 'number') into.add(Math.fround(value));
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) numbersIn(part, into);
  return into;
}

/** How often a document says how its numbers are stored; one that says something else is read as what it says. */
const typesIn = (document: unknown): number =>
  JSON.stringify(document).match(/"<f"|"F32"|"float32"|FloatStorage|"method":0|"field":2,"number":1\}/g)?.length ?? 0;

const isQuantized = (document: unknown): boolean => JSON.stringify(document).includes('"scale"');

interface Read {
  readonly input: Input;
  readonly path: string;
  readonly document: unknown;
}

/** What was read must be what the file holds. */
function checkValues(values: ReadonlyMap<string, readonly number[]>, { input, document }: Read): void {
  const { file, changes, edits } = input;
  const format: Format = FORMATS[file];
  const isAsWritten = [...values].every(([name, own]) => isDeepStrictEqual(own, WRITTEN.get(name)));
  if (isAsWritten) return;
  if (changes.length === 0 && format.hasSums) {
    throw new Fault('silent', `${file} was damaged, and other weights were read from it`);
  }
  const bad = [...values.values()].flat().find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new Fault('silent', `${file}: the weight ${bad} was read`);
  if (edits.length > 0 || isQuantized(document)) return;
  if (typesIn(document) !== typesIn(format.document(WEIGHTS))) return;
  const known = numbersIn(document);
  const strange = [...values].find(([, own]) => own.some((value) => !known.has(value)));
  if (strange !== undefined) throw new Fault('silent', `${file}: ${strange[0]} has numbers that are not in it`);
}

/** A net of zeros, which each file must fill or leave as it is. */
let net: LayersModel | undefined;

async function fill(read: Read): Promise<void> {
  net ??= tinyNet();
  const begin = net.getWeights().map(({ shape }) => zeros(shape));
  net.setWeights(begin);
  for (const one of begin) one.dispose();
  const before = await valuesOf(net);
  const count = memory().numTensors;
  let loaded: boolean;
  const { input, path } = read;
  try {
    const own = net;
    loaded = (await readOrRefuse(() => loadWeights(own, path, input.options), path)) !== undefined;
  } catch (error) {
    net = undefined;
    throw error;
  }
  const after = await valuesOf(net);
  if (memory().numTensors !== count)
    throw new Fault('crash', `loadWeights left ${memory().numTensors - count} tensors`);
  if (!loaded && !isDeepStrictEqual(after, before))
    throw new Fault('silent', 'it was refused, and the net has changed');
  if (!loaded) return;
  const { strict = true } = input.options;
  const filled = new Map(
    [...after].filter(([name, values]) => strict !== false || values.some((n) => n !== 0) || !before.has(name)),
  );
  checkValues(filled, read);
}

async function load({ path, ...read }: Read): Promise<void> {
  const count = memory().numTensors;
  const made = await readOrRefuse(() => loadKeras(path), path);
  if (made !== undefined) {
    if (made.weights.length === WEIGHTS.length) checkValues(await valuesOf(made), { path, ...read });
    await compute(made);
    made.dispose();
  }
  if (memory().numTensors !== count) throw new Fault('crash', `loadKeras left ${memory().numTensors - count} tensors`);
}

/** A model that loads must also compute, or say why not. */
async function compute(made: LayersModel): Promise<void> {
  const shape = made.inputs[0].shape.map((n) => n ?? 4);
  if (made.inputs.length > 1 || shape.reduce((product, n) => product * n, 1) > 2 ** 20) return;
  const x = zeros(shape);
  try {
    for (const y of [made.predict(x)].flat() as Tensor[]) {
      await y.data();
      y.dispose();
    }
  } catch (error) {
    checkMessage(error);
  } finally {
    x.dispose();
  }
}

async function list({ path }: Read): Promise<void> {
  const file = await readOrRefuse(() => openWeights(path), path);
  if (file === undefined) return;
  try {
    for (const { name, shape, read } of file.tensors) {
      const size = shape.reduce((product, n) => product * n, 1);
      const values = await readOrRefuse(read, path);
      if (values !== undefined && values.length !== size) {
        throw new Fault('silent', `${name} of [${shape}] was read as ${values.length} numbers`);
      }
    }
  } finally {
    file.close();
  }
}

const READERS = { loadWeights: fill, loadKeras: load, openWeights: list } as const;

/** Weight files of every format, written from their grammar with parts that are wrong, or damaged. */
export const weights: Attack<Input> = {
  kind: 'weights',
  share: 200,
  draw(random) {
    const { integer } = random;
    const file = NAMES[integer(NAMES.length)];
    const bytes = integer(3) === 0;
    const readers = FORMATS[file].isModel
      ? (['loadWeights', 'loadKeras', 'openWeights'] as const)
      : (['loadWeights', 'loadWeights', 'openWeights'] as const);
    const options = [{}, {}, { strict: false }, { from: 'order' }, { strict: 'model' }] as const;
    return {
      file,
      reader: readers[integer(3)],
      options: options[integer(options.length)],
      changes: bytes ? [] : Array.from({ length: 1 + integer(3) }, () => drawJsonEdit(random)),
      edits: bytes || integer(8) === 0 ? drawEdits(random) : [],
      beside: integer(4) === 0,
    };
  },
  async run(input, folder) {
    const format: Format = FORMATS[input.file];
    const document = structuredClone(format.document(WEIGHTS));
    const root = { document };
    for (const change of input.changes) {
      editJson(root, { ...change, path: [0, ...change.path] }, format.grafts);
    }
    const written = await format.write(root.document);
    if (written === undefined) return;
    const { bytes, beside = Buffer.alloc(0) } = written;
    const path = join(folder, input.file);
    await writeFile(path, input.beside && written.beside ? bytes : applyEdits(bytes, input.edits));
    await writeFile(join(folder, BESIDE), input.beside ? applyEdits(beside, input.edits) : beside);
    await READERS[input.reader]({ input, path, document: root.document });
  },
};
