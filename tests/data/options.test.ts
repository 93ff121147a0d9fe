import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../src/data/array-dataset';
import { augment } from '../../src/data/augment';
import { cutout, intensity } from '../../src/data/augment-intensity';
import { batches } from '../../src/data/batches';
import { cached } from '../../src/data/cached';
import { nearDuplicates } from '../../src/data/near-duplicates';
import { resizeImage } from '../../src/data/resize-image';
import { kFold, split } from '../../src/data/split';
import { checkpoint } from '../../src/node/checkpoint';
import { manifestDataset } from '../../src/node/manifest/manifest-dataset';
import { paperColumns } from '../../src/node/manifest/paper-columns';
import { progressBar } from '../../src/node/progress-bar';
import { readImage } from '../../src/node/read-image';
import { phantomDataset } from '../../src/paper/phantom/phantom-dataset';
import { phantomSlice } from '../../src/paper/phantom/phantom-slice';
import type { Dataset } from '../../src/types';

const image = { data: new Float32Array(4), shape: [2, 2, 1] };
const dataset: Dataset<string> = { rows: [{ id: 'a', tasks: ['b'] }], read: async () => ({ x: image, y: {} }) };

/** Each function that takes options, with one that is misspelled, and what was meant. */
const cases: readonly (readonly [string, (options: never) => unknown, string, string])[] = [
  ['augment', (options) => augment([], options), 'labels', 'labelKinds'],
  ['batches', (options) => batches(dataset, options), 'batch_size', 'batchSize'],
  ['cached', (options) => cached(dataset, options), 'byte', 'bytes'],
  ['cutout', (options) => cutout(options), 'sizes', 'size'],
  ['intensity', (options) => intensity(options), 'brightnes', 'brightness'],
  ['kFold', (options) => kFold([], 2, options), 'sed', 'seed'],
  ['nearDuplicates', (options) => nearDuplicates(dataset, options), 'index', 'indices'],
  ['phantomDataset', (options) => phantomDataset(options), 'slice', 'slices'],
  ['phantomSlice', (options) => phantomSlice(options), 'slices', 'slice'],
  ['resizeImage', (options) => resizeImage(image, [1, 1], options), 'antiAlias', 'antialias'],
  ['split', (options) => split([], options), 'fraction', 'fractions'],
  ['checkpoint', (options) => checkpoint('run', options), 'overwrites', 'overwrite'],
  ['manifestDataset', (options) => manifestDataset('data', options), 'task', 'tasks'],
  ['progressBar', (options) => progressBar(options), 'steam', 'stream'],
  ['readImage', (options) => readImage('a.png', options), 'channel', 'channels'],
];

describe('the options of functions for data and files', () => {
  it.each(cases)('%s refuses one that it does not know', async (name, call, wrong, meant) => {
    const said = `${name}: unknown option '${wrong}'. Did you mean '${meant}'? The options are `;
    await expect((async () => call({ [wrong]: 1 } as never))()).rejects.toThrow(said);
  });

  it('are objects', async () => {
    expect(() => cached(dataset, (2 ** 20) as never)).toThrow(
      new TypeError('cached: options must be an object, got 1048576.'),
    );
    await expect(readImage('a.png', 3 as never)).rejects.toThrow(TypeError);
    expect(() => paperColumns({ columns: { image: [null] as never } })).toThrow(
      /^paperColumns: columns.image must be a text/,
    );
  });

  it('are checked where they are nested', async () => {
    expect(() => checkpoint('run', { every: { epoch: 5 } as never })).toThrow(
      "checkpoint: every: unknown option 'epoch'. Did you mean 'epochs'?",
    );
    await expect(manifestDataset('data', { ...paperColumns(), split: { colum: 'a' } as never })).rejects.toThrow(
      "manifestDataset: split: unknown option 'colum'. Did you mean 'column'?",
    );
  });
});

it('what is given in place of rows, a pair, a shape and numbers is named, with what to write', () => {
  const dataset = { rows: [], read: async () => ({}) };
  const data = new Float32Array(4);
  expect(() => split(dataset as never, { fractions: { a: 1 } })).toThrow(
    'got a dataset; write split(dataset.rows, …).',
  );
  expect(() => resizeImage({ data, shape: [2, 2, 1] }, 64 as never)).toThrow('got 64; write [64, 64].');
  expect(() => arrayDataset({ x: { data } as never, y: {} })).toThrow('arrayDataset: x: shape is missing');
  expect(() => arrayDataset({ x: data, y: { a: ['a', 'b', 'a', 'b'] as never } })).toThrow(
    "arrayDataset: y.a[0] must be a number or an array, got 'a';",
  );
});
