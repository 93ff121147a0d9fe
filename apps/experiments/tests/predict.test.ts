import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { memory, tensor, tidy, train } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import type { Dataset, NDArray } from 'tfjs-multitask';
import { batches, phantomDataset, resizeImage } from 'tfjs-multitask/data';
import { MLPHead, UNetEncoder } from 'tfjs-multitask/layers';
import { bce } from 'tfjs-multitask/losses';
import { cnn8, fromLayersModel, multitask } from 'tfjs-multitask/models';
import { checkpoint, fileSystem, readImage, writePng } from 'tfjs-multitask/node';
import type { Callback } from 'tfjs-multitask/train';
import { createTrainer, earlyStopping } from 'tfjs-multitask/train';
import { describe, expect, it } from 'vitest';
import { type ImageList, listImages } from '../src/predict/list-images';
import { loadModel } from '../src/predict/load-model';
import { parsePredictCommand } from '../src/predict/options';
import { predictFolder } from '../src/predict/predict-folder';
import { createPredictor } from '../src/predict/predictor';
import { readWindow } from '../src/predict/read-window';
import { describeScores } from '../src/predict/scores';
import { useCpu } from './support/cpu';
import { temporaryDirectory } from './support/temporary-directory';

useCpu();
const path = temporaryDirectory();

const SIDE = 8;

/**
 * A model whose answers are known: lesion where a pixel is brighter than 0.5, and as probability the sigmoid of 4 times
 * the mean brightness of the left half, less 2.
 */
function brightness() {
  const x = input({ shape: [SIDE, SIDE, 1] });
  const mask = layers.conv2d({ filters: 1, kernelSize: 1, activation: 'sigmoid', name: 'segmentation' });
  const flat = layers.flatten().apply(x) as SymbolicTensor;
  const dense = layers.dense({ units: 1, activation: 'sigmoid', name: 'classification' });
  const outputs = [mask.apply(x), dense.apply(flat)] as SymbolicTensor[];
  const net = toModel({ inputs: x, outputs });
  const left = Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < SIDE / 2 ? 8 / (SIDE * SIDE) : 0));
  tidy(() => {
    mask.setWeights([tensor([10], [1, 1, 1, 1]), tensor([-5])]);
    dense.setWeights([tensor(left, [SIDE * SIDE, 1]), tensor([-2])]);
  });
  return fromLayersModel(net, ['segmentation', 'classification']);
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** Two halves side by side, `[height, width, 1]`. */
function halves(height: number, width: number, left: number, right: number): NDArray {
  const data = Float32Array.from({ length: height * width }, (_, i) => (i % width < width / 2 ? left : right));
  return { data, shape: [height, width, 1] };
}

async function put(files: Record<string, NDArray | string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const file = path('data', name);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'string') await writeFile(file, content);
    else await writePng(file, content);
  }
  return path('data');
}

async function predict(options: Partial<Parameters<typeof predictFolder>[2]> & { flips?: boolean } = {}) {
  const model = brightness();
  const out = path('out', 'scores.csv');
  const list = await listImages(path('data'), out);
  const predictor = createPredictor(model, { flips: options.flips });
  try {
    const given = { data: path('data'), out, threshold: 0.5, batch: 2, onError: 'fail' as const, ...options };
    const result = await predictFolder(predictor, list, given);
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    return { result, lines, cells: lines.map((line) => line.split(',')) };
  } finally {
    model.dispose();
  }
}

/** Where the two halves meet within two pixels, resizing smooths; elsewhere each pixel is known. */
async function expectHalves(name: string, height: number, width: number, left: 0 | 1, right: 0 | 1): Promise<void> {
  const mask = await readImage(path('out', name), { channels: 'keep' });
  expect(mask.shape).toEqual([height, width, 1]);
  const border = width / SIDE + 1;
  for (const [i, value] of mask.data.entries()) {
    const place = (i % width) + 0.5 - width / 2;
    if (Math.abs(place) > border) expect(value).toBe(place < 0 ? left : right);
  }
}

describe('predictFolder', () => {
  it("gives the manifest's rows with probabilities, and masks of the images' sizes", async () => {
    await put({
      'a b.png': halves(21, 33, 0, 1),
      'sub/100%.png': halves(40, 17, 1, 0),
      'sub/c.png': halves(5, 7, 0, 0),
      'manifest.csv':
        '\ufeffnote,image,mask,covid,source\r\n"left, right",a b.png,,0,"the ""first"""\r\n,sub/100%.png,,1,x\r\nlast,sub/c.png,,,\r\n',
    });
    const { result, lines, cells } = await predict();
    expect(lines[0]).toBe('note,image,mask,covid,source,probability,predicted_mask');
    expect(lines[1]).toMatch(/^"left, right",a b.png,,0,"the ""first""",0\.\d+,scores-masks\/a b.png.png$/);
    expect(lines).toHaveLength(4);
    expect(cells[2].slice(0, 5)).toEqual(['', 'sub/100%.png', '', '1', 'x']);
    expect(cells[3].slice(0, 5)).toEqual(['last', 'sub/c.png', '', '', '']);
    // A half of 17 or 33 columns is not a whole number of them.
    expect(Number(cells[1].at(-2))).toBeCloseTo(sigmoid(-2), 1);
    expect(Number(cells[2].at(-2))).toBeCloseTo(sigmoid(2), 1);
    expect(Number(cells[3].at(-2))).toBeCloseTo(sigmoid(-2), 6);
    await expectHalves('scores-masks/a b.png.png', 21, 33, 0, 1);
    await expectHalves('scores-masks/sub/100%.png.png', 40, 17, 1, 0);
    await expectHalves('scores-masks/sub/c.png.png', 5, 7, 0, 0);
    expect(await readdir(path('out'))).toEqual(['scores-masks', 'scores.csv']);
    expect(result.images).toBe(3);
    expect(describeScores(result.scores)).toBe('AUC 1.000 over 2 images with a class');
  });

  it('reads images as training reads them', async () => {
    const { read } = phantomDataset({ counts: { covid: 1, normal: 2 }, size: 32, seed: 3 });
    const sizes = [
      [31, 45],
      [64, 20],
      [17, 16],
    ] as const;
    for (const [i, size] of sizes.entries()) await put({ [`${i}.png`]: resizeImage((await read(i)).x, size) });
    const model = cnn8({ inputShape: [16, 16, 1], filters: [2, 3], seed: 1 });
    const list = await listImages(path('data'), path('scores.csv'));
    const options = { data: path('data'), out: path('scores.csv'), threshold: 0.5, batch: 8, onError: 'fail' as const };
    await predictFolder(createPredictor(model), list, options);
    const lines = (await readFile(path('scores.csv'), 'utf8')).trimEnd().split('\n').slice(1);
    for (const [i, line] of lines.entries()) {
      const { data } = resizeImage(await readImage(path('data', `${i}.png`)), [16, 16]);
      const probability = tidy(() => model.predict(tensor(data, [1, 16, 16, 1])).classification.dataSync()[0]);
      expect(line).toBe(`${i}.png,${Number(probability.toPrecision(9))},`);
    }
    model.dispose();
  });

  it('takes every image file of a folder without a manifest, in order, and keeps equal names apart', async () => {
    await put({
      'b/a.png': halves(9, 9, 0, 1),
      'b/a.jpg': halves(9, 9, 1, 0),
      'a.PNG': halves(9, 9, 1, 1),
      'notes.txt': 'no image',
      '.hidden.png': 'no image',
    });
    const { lines, cells } = await predict();
    expect(lines[0]).toBe('image,probability,predicted_mask');
    expect(cells.slice(1).map(([image]) => image)).toEqual(['a.PNG', 'b/a.jpg', 'b/a.png']);
    await expectHalves('scores-masks/b/a.jpg.png', 9, 9, 1, 0);
    await expectHalves('scores-masks/b/a.png.png', 9, 9, 0, 1);
  });

  it('removes what a process that was killed left there, and nothing of another one or of its own', async () => {
    await put({ 'a.png': halves(8, 8, 0, 1) });
    await mkdir(path('out'));
    const { pid } = process;
    const others = [`scores.csv.${process.ppid}-5.tmp`, 'scores.csv.notes.tmp', `other.csv.${pid}-5.tmp`];
    for (const name of [`scores.csv.${pid}-5.tmp`, ...others]) await writeFile(path('out', name), '');
    await predict();
    expect((await readdir(path('out'))).sort()).toEqual([...others, 'scores-masks', 'scores.csv'].sort());
  });

  it('averages over mirror images, and turns their masks back', async () => {
    await put({ 'a.png': halves(16, 16, 0, 1) });
    const { cells } = await predict({ flips: true });
    expect(Number(cells[1][1])).toBeCloseTo((sigmoid(-2) + sigmoid(2)) / 2, 6);
    await expectHalves('scores-masks/a.png.png', 16, 16, 0, 1);
  });

  it('compares masks at the size of the images, over those with a lesion, at the threshold', async () => {
    const grey = { data: new Float32Array(64).fill(0.6), shape: [8, 8, 1] };
    await put({
      'a.png': grey,
      'b.png': grey,
      'c.png': grey,
      'a-mask.png': halves(8, 8, 0, 1),
      'b-mask.png': halves(8, 8, 1, 1),
      'c-mask.png': halves(8, 8, 0, 0),
      'manifest.csv': 'image,mask\na.png,a-mask.png\nb.png,b-mask.png\nc.png,c-mask.png\n',
    });
    // The whole image against its half: 2 * 32 / (32 + 64); against all of it: 1.
    const { result } = await predict();
    expect(result.scores.dice?.value).toBeCloseTo((2 / 3 + 1) / 2, 12);
    expect(result.scores.dice?.n).toBe(2);
    expect(describeScores(result.scores)).toMatch(/^Dice 0.833 \(.*\) over 2 images with a lesion$/);
    // 0.6 becomes a lesion of probability sigmoid(1), 0.73.
    expect((await predict({ threshold: 0.8 })).result.scores.dice?.value).toBe(0);
  });

  it('ends at an unreadable image and leaves what was there, or skips it and says why', async () => {
    await put({
      'a.png': halves(9, 9, 0, 1),
      'b.png': 'text, "not" an image',
      'c.png': halves(9, 9, 0, 1),
      'c-mask.png': halves(8, 9, 0, 1),
      'manifest.csv': 'image,mask,covid\na.png,,0\nb.png,,1\nmissing.png,,1\nc.png,c-mask.png,1\n../x.png,,\n',
    });
    await mkdir(path('out'));
    await writeFile(path('out', 'scores.csv'), 'old');
    const before = memory().numTensors;
    await expect(predict()).rejects.toThrow(/b.png: expected a PNG, JPEG or TIFF image, found text.*--on-error skip/);
    expect(memory().numTensors).toBe(before);
    expect(await readFile(path('out', 'scores.csv'), 'utf8')).toBe('old');
    expect((await readdir(path('out'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    const { result, lines } = await predict({ onError: 'skip' });
    expect(result).toMatchObject({ images: 5, failed: 4, scores: { dice: null } });
    expect(lines[0]).toBe('image,mask,covid,probability,predicted_mask,error');
    expect(lines[1]).toMatch(/^a.png,,0,0.\d+,scores-masks\/a.png.png,$/);
    expect(lines[2]).toMatch(/^b.png,,1,,,".*b.png: expected a PNG, JPEG or TIFF image, found text \(""text, .*"$/);
    expect(lines[3]).toMatch(/^missing.png,,1,,,.*missing.png: expected an image file: ENOENT/);
    expect(lines[4]).toMatch(
      /^c.png,c-mask.png,1,0.\d+,scores-masks\/c.png.png,.*mask of the size of its image.*8 x 9/,
    );
    expect(lines[5]).toMatch(/^..\/x.png,,,,,.*expected a path below/);
  });

  it('holds two batches and no more, however many images there are', async () => {
    await put({ 'a.png': halves(9, 9, 0, 1) });
    const model = brightness();
    let [asked, most] = [0, 0];
    const tensors = new Set<number>();
    const list: ImageList = {
      columns: ['image'],
      total: 120,
      async *rows() {
        for (; asked < 120; asked++) yield { image: 'a.png', mask: undefined, label: undefined, cells: ['a.png'] };
      },
    };
    const options = { data: path('data'), out: path('scores.csv'), threshold: 0.5, batch: 5, onError: 'fail' as const };
    const { images } = await predictFolder(createPredictor(model, { flips: true }), list, options, {
      onProgress(done) {
        most = Math.max(most, asked - done);
        tensors.add(memory().numTensors);
      },
    });
    expect(images).toBe(120);
    expect(most).toBeLessThanOrEqual(5);
    expect(tensors.size).toBe(1);
    expect((await readFile(path('scores.csv'), 'utf8')).split('\n')).toHaveLength(122);
    model.dispose();
  });

  it('reads a manifest as it goes', async () => {
    const row = (_: unknown, i: number) => `${String(i).padStart(200, 'x')}.png\n`;
    await put({ 'manifest.csv': `image\n${Array.from({ length: 20_000 }, row).join('')}` });
    const { total, rows } = await listImages(path('data'), path('scores.csv'));
    expect(total).toBe(20_000);
    // What has not been read yet is gone once the file is cut.
    let seen = 0;
    for await (const _ of rows()) if (seen++ === 0) await truncate(path('data', 'manifest.csv'));
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(2000);
  });

  it('says at once that its file cannot be a folder', async () => {
    await put({ 'a.png': halves(4, 4, 0, 1) });
    await mkdir(path('out', 'scores.csv'), { recursive: true });
    await expect(predict()).rejects.toThrow('--out must be a file, and ');
  });

  it('stops where it is told to, without a CSV file', async () => {
    await put({ 'a.png': halves(9, 9, 0, 1) });
    const model = brightness();
    const list = await listImages(path('data'), path('out', 'scores.csv'));
    const options = { data: path('data'), out: path('out', 'scores.csv'), threshold: 0.5, batch: 1 };
    const run = predictFolder(
      createPredictor(model),
      list,
      { ...options, onError: 'skip' },
      {
        signal: AbortSignal.abort(new Error('Stopped.')),
      },
    );
    await expect(run).rejects.toThrow('Stopped.');
    expect(await readdir(path('out'))).toEqual([]);
    model.dispose();
  });
});

describe('listImages', () => {
  it.each([
    [
      'image,covid\na.png,yes\n',
      "manifest.csv, line 2: column 'covid': expected 0, 1 or a blank (unknown), found 'yes'.",
    ],
    ['image,covid\na.png,0x1\n', "column 'covid': expected 0, 1 or a blank (unknown), found '0x1'."],
    ['image,covid\na.png,1\n,1\n', "manifest.csv, line 3: column 'image': expected a path, found a blank."],
    ['picture,covid\na.png,1\n', "manifest.csv: expected a column 'image', found 'picture', 'covid'."],
    ['image,image\na.png,1\n', "manifest.csv: expected columns of different names, found 'image' twice."],
    ['image,probability\na.png,1\n', "the column 'probability' is one that predicting adds; rename it."],
    ['image,covid\na.png\n', 'manifest.csv: expected a CSV file: Invalid Record Length'],
    ['image\n', 'manifest.csv: expected a row for each image, found the header alone.'],
    ['', "manifest.csv: expected a column 'image', found no columns."],
  ])('refuses the manifest %j', async (text, message) => {
    await put({ 'manifest.csv': text });
    await expect(listImages(path('data'), path('scores.csv'))).rejects.toThrow(message);
  });

  it('takes quoted blanks for unknown, and not for class 0', async () => {
    await put({ 'manifest.csv': 'image,covid,mask\na.png," ","\t"\nb.png,"1.0 ",\n' });
    const list = await listImages(path('data'), path('scores.csv'));
    const rows = [];
    for await (const { image, label, mask } of list.rows()) rows.push([image, label, mask]);
    expect(rows).toEqual([
      ['a.png', undefined, undefined],
      ['b.png', 1, undefined],
    ]);
  });

  it('refuses a folder without images, and masks among images', async () => {
    await expect(listImages(path('data'), path('scores.csv'))).rejects.toThrow('--data: there is no folder');
    await put({ 'notes.txt': '' });
    await expect(listImages(path('data'), path('scores.csv'))).rejects.toThrow('found none.');
    await put({ 'a.png': halves(4, 4, 0, 1) });
    await expect(listImages(path('data'), path('data', 'scores.csv'))).rejects.toThrow('--out must lie outside of');
  });
});

describe('loadModel', () => {
  const build = (filters = [2, 3]) =>
    multitask({
      inputShape: [4, 4, 1],
      encoder: UNetEncoder({ filters, norm: 'batch' }),
      heads: { classification: MLPHead({ filters: 0, units: [3] }) },
      seed: 1,
    });
  const weightsOf = ({ net }: { readonly net: LayersModel }) =>
    net.layers.flatMap((layer) => layer.getWeights().map((value) => Array.from(value.dataSync())));

  async function trained(epochs: number, callbacks: readonly Callback<'classification'>[] = []) {
    const model = build();
    const data: Dataset<'classification'> = {
      rows: [0, 1].map((i) => ({ id: String(i), tasks: ['classification'] })),
      read: async (i) => ({ x: halves(4, 4, 0, i), y: { classification: { data: Uint8Array.of(i), shape: [1] } } }),
    };
    const trainer = createTrainer(model, { optimizer: train.adam(0.01), losses: { classification: bce() } });
    await trainer.fit(batches(data, { batchSize: 2, seed: 1 }), {
      epochs,
      callbacks: [...callbacks, checkpoint(path('run', 'checkpoints'))],
    });
    trainer.dispose();
    return model;
  }

  it('takes a saved model, a run folder with one, or a checkpoint beside one', async () => {
    const fresh = build();
    await fresh.net.save(fileSystem(path('run', 'model')));
    const model = await trained(2);
    const before = memory().numTensors;
    for (const folder of ['run', 'run/model']) {
      const loaded = await loadModel(path(folder));
      expect(weightsOf(loaded.model)).toEqual(weightsOf(fresh));
      loaded.model.dispose();
    }
    const damaged = path('run', 'checkpoints', 'checkpoint-000009.tfmt');
    await writeFile(damaged, 'damaged');
    const loaded = await loadModel(path('run', 'checkpoints'));
    expect(loaded.skipped).toHaveLength(1);
    expect(loaded.skipped[0]).toContain(damaged);
    expect(loaded.from).toBe(`${path('run', 'checkpoints', 'checkpoint-000002.tfmt')} (the last weights)`);
    expect(weightsOf(loaded.model)).toEqual(weightsOf(model));
    expect(weightsOf(loaded.model)).not.toEqual(weightsOf(fresh));
    loaded.model.dispose();
    expect(memory().numTensors).toBe(before);
    for (const one of [fresh, model]) one.dispose();
  });

  it('takes the best weights of a checkpoint that knows them', async () => {
    const fresh = build();
    await fresh.net.save(fileSystem(path('run', 'model')));
    // A loss that is to rise is best at the first epoch.
    const stopping = earlyStopping<'classification'>({ monitor: 'train.loss', mode: 'max', restoreBest: true });
    const model = await trained(3, [stopping]);
    const loaded = await loadModel(path('run', 'checkpoints'));
    expect(loaded.from).toMatch(/\(the best weights\)$/);
    expect(weightsOf(loaded.model)).toEqual(weightsOf(model));
    for (const one of [fresh, model, loaded.model]) one.dispose();
  });

  it('refuses what holds no model, a checkpoint without layers, and one of another model', async () => {
    await expect(loadModel(path('nowhere'))).rejects.toThrow('expected a saved model (model.json) or checkpoints');
    const model = await trained(1);
    await expect(loadModel(path('run', 'checkpoints'))).rejects.toThrow('which hold weights but no layers');
    const other = build([2, 4]);
    await other.net.save(fileSystem(path('run', 'model')));
    const before = memory().numTensors;
    await expect(loadModel(path('run', 'checkpoints'))).rejects.toThrow(
      /000001.tfmt: expected the weights of the saved model, encoder\/level2\/conv1\/kernel \[3,3,2,4\]; found encoder\/level2\/conv1\/kernel \[3,3,2,3\]/,
    );
    expect(memory().numTensors).toBe(before);
    for (const one of [model, other]) one.dispose();
  });
});

describe('the window of a run', () => {
  it('is that of its configuration, for its folder and the model in it', async () => {
    await mkdir(path('run', 'model'), { recursive: true });
    expect(await readWindow(path('run'))).toBeUndefined();
    await writeFile(path('run', 'config.json'), JSON.stringify({ config: { window: [25, 75] } }));
    expect(await readWindow(path('run'))).toEqual([25, 75]);
    expect(await readWindow(path('run', 'model'))).toEqual([25, 75]);
    await writeFile(path('run', 'config.json'), JSON.stringify({ hidden: 768 }));
    expect(await readWindow(path('run'))).toBeUndefined();
    await writeFile(path('run', 'config.json'), '{');
    await expect(readWindow(path('run'))).rejects.toThrow(path('run', 'config.json'));
  });

  it('scales images before they are predicted', async () => {
    const model = brightness();
    const predictor = createPredictor(model, { window: [0, 100] });
    // Halves of 0.2 and 0.4 are 0 and 1 in their own window: no lesion and a mean of 0 on the left, lesion on the right.
    const [{ probability, lesion }] = await predictor.predict([halves(SIDE, SIDE, 0.2, 0.4)]);
    expect(probability).toBeCloseTo(sigmoid(-2), 6);
    expect([lesion?.data[0], lesion?.data[SIDE - 1]].map((value) => Math.round(value as number))).toEqual([0, 1]);
    model.dispose();
  });
});

describe('createPredictor', () => {
  it('refuses models that it cannot ask', () => {
    const made = (shape: number[], units: number, name: string) => {
      const from = input({ shape });
      const dense = layers.dense({ units, name }).apply(layers.flatten().apply(from)) as SymbolicTensor;
      return fromLayersModel(toModel({ inputs: from, outputs: dense }), [name]);
    };
    expect(() => createPredictor(made([4, 4, 2], 1, 'classification'))).toThrow('1 or 3 channels');
    expect(() => createPredictor(made([4, 4, 1], 2, 'classification'))).toThrow('shape [null,1], got [null,2]');
    expect(() => createPredictor(made([4, 4, 1], 1, 'age'))).toThrow('one of the tasks classification, segmentation');
  });
});

describe("predict's command line", () => {
  const given = ['--model', 'm', '--data', 'd', '--out', 'o.csv'];

  it('has defaults', () => {
    expect(parsePredictCommand(given)).toEqual({
      model: join(process.cwd(), 'm'),
      data: join(process.cwd(), 'd'),
      out: join(process.cwd(), 'o.csv'),
      threshold: 0.5,
      flips: false,
      batch: 8,
      onError: 'fail',
      backend: undefined,
    });
    expect(parsePredictCommand(['--help'])).toBeUndefined();
  });

  it.each([
    [given.slice(2), '--model is needed; see --help.'],
    [[...given, '--threshold', '2'], "--threshold must be a number from 0 to 1, got '2'."],
    [[...given, '--batch', '1.5'], "--batch must be a whole number, got '1.5'."],
    [[...given, '--on-error', 'ignore'], "--on-error must be fail or skip, got 'ignore'."],
    [[...given, '--flip'], "Unknown option '--flip'"],
  ])('refuses %j', (args, message) => {
    expect(() => parsePredictCommand(args)).toThrow(message);
  });
});
