import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { io, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fileSystem } from '../../src/node/file-system';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();
const x = [[0.1, -0.2, 0.3]];

useCpu();

function model(seed: number): Sequential {
  const net = sequential();
  const init = { className: 'GlorotUniform', config: { seed } };
  net.add(layers.dense({ inputShape: [3], units: 4, activation: 'tanh', kernelInitializer: init as never }));
  net.add(layers.batchNormalization());
  net.add(layers.dense({ units: 2, activation: 'softmax', kernelInitializer: init as never }));
  return net;
}

async function outputs(net: { predict(x: Tensor): Tensor | Tensor[] }): Promise<number[]> {
  const input = tensor2d(x);
  const output = net.predict(input) as Tensor;
  const values = [...(await output.data())];
  input.dispose();
  output.dispose();
  return values;
}

async function saved(seed: number, name = 'model'): Promise<number[]> {
  const net = model(seed);
  await net.save(fileSystem(path(name)));
  const values = await outputs(net);
  net.dispose();
  return values;
}

async function loaded(name = 'model'): Promise<number[]> {
  const net = await loadLayersModel(fileSystem(path(name)));
  const values = await outputs(net);
  net.dispose();
  return values;
}

async function weightsFile(): Promise<string> {
  const names = (await readdir(path('model'))).filter((name) => name.endsWith('.bin'));
  expect(names).toHaveLength(1);
  return path('model', names[0]);
}

describe('fileSystem', () => {
  it('saves a model that predicts the same when loaded, and leaks nothing', async () => {
    await expectNoLeak(async () => {
      const before = await saved(1);
      expect(await loaded()).toEqual(before);
    });
  });

  it('writes what the loader of browsers reads', async () => {
    const before = await saved(1);
    const fetchFunc = async (url: RequestInfo | URL) => {
      const name = String(url).replace('http://models/', '');
      const type = name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
      return new Response(await readFile(path('model', name)), { headers: { 'Content-Type': type } });
    };
    const net = await loadLayersModel(io.http('http://models/model.json', { fetchFunc }));
    expect(await outputs(net)).toEqual(before);
    net.dispose();
  });

  it('reads what other programs write: weights in several files, without a checksum', async () => {
    const net = model(1);
    const before = await outputs(net);
    await net.save(
      io.withSaveHandler(async (artifacts) => {
        const { weightData, weightSpecs, ...rest } = artifacts;
        const bytes = Buffer.from(io.CompositeArrayBuffer.join(weightData));
        await writeFile(path('part 1%.bin'), bytes.subarray(0, 20));
        await writeFile(path('part2.bin'), bytes.subarray(20));
        const weightsManifest = [{ paths: ['part 1%.bin', 'part2.bin'], weights: weightSpecs }];
        await writeFile(path('other.json'), JSON.stringify({ ...rest, weightsManifest }, null, 2));
        return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
      }),
    );
    net.dispose();
    expect(await loaded('other.json')).toEqual(before);
    await writeFile(path('part2.bin'), 'short');
    await expect(loaded('other.json')).rejects.toThrow(
      `${path('other.json')}: expected 168 bytes of weights in part 1%.bin, part2.bin, found 25.`,
    );
  });

  it('keeps metadata, the training configuration and the optimizer', async () => {
    const net = model(1);
    net.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const [input, target] = [tensor2d(x), tensor2d([[0, 1]])];
    await net.trainOnBatch(input, target);
    net.setUserDefinedMetadata({ tasks: ['lesion', 'severity'] });
    const result = await net.save(fileSystem(path('model')), { includeOptimizer: true });
    expect(result.modelArtifactsInfo.weightDataBytes).toBeGreaterThan(168);
    const again = await loadLayersModel(fileSystem(path('model')));
    expect(again.getUserDefinedMetadata()).toEqual({ tasks: ['lesion', 'severity'] });
    expect(again.loss).toBe('categoricalCrossentropy');
    const moments = async (m: typeof again) =>
      Promise.all((await m.optimizer.getWeights()).map(async ({ name, tensor }) => [name, ...(await tensor.data())]));
    expect(await moments(again)).toEqual(await moments(net));
    for (const m of [net, again]) {
      m.optimizer.dispose();
      m.dispose();
    }
    input.dispose();
    target.dispose();
  });

  it('keeps models apart that share a directory and weights', async () => {
    const first = await saved(1, 'a.json');
    expect(await saved(1, 'b.json')).toEqual(first);
    const second = await saved(2, 'a.json');
    expect(await loaded('a.json')).toEqual(second);
    expect(await loaded('b.json')).toEqual(first);
    expect((await readdir(path())).map((name) => name.replace(/\.[0-9a-f]{16}/, '')).sort()).toEqual([
      'a.bin',
      'a.json',
      'b.bin',
      'b.json',
    ]);
  });

  it('replaces a model and removes its weights, and nothing else', async () => {
    await saved(1);
    await writeFile(path('model', 'notes.txt'), '');
    const old = await weightsFile();
    const second = await saved(2);
    expect(await weightsFile()).not.toBe(old);
    expect(await loaded()).toEqual(second);
    expect(await readdir(path('model'))).toContain('notes.txt');
  });

  it('writes the same files for the same model', async () => {
    const net = model(1);
    for (const name of ['first', 'second']) await net.save(fileSystem(path(name)));
    net.dispose();
    const names = await readdir(path('first'));
    expect(await readdir(path('second'))).toEqual(names);
    for (const name of names) expect(await readFile(path('first', name))).toEqual(await readFile(path('second', name)));
  });

  it('leaves no weights behind when model.json cannot be written', async () => {
    await mkdir(path('model', 'model.json'), { recursive: true });
    await expect(saved(1)).rejects.toThrow(`${path('model', 'model.json')}: could not write`);
    expect(await readdir(path('model'))).toEqual(['model.json']);
  });

  it('still finds the old model where a crash came before model.json was renamed', async () => {
    const first = await saved(1);
    const text = await readFile(path('model', 'model.json'));
    const bin = await weightsFile();
    const bytes = await readFile(bin);
    await saved(2);
    await writeFile(path('model', 'model.json'), text);
    await writeFile(bin, bytes);
    expect(await loaded()).toEqual(first);
  });

  it('loads one whole model while it is being saved over and over', async () => {
    const known = [await saved(1), await saved(2)];
    const saving = (async () => {
      for (let i = 0; i < 12; i++) await saved(1 + (i % 2));
    })();
    for (let i = 0; i < 12; i++) expect(known).toContainEqual(await loaded());
    await saving;
  });
});

describe('A damaged model is refused', () => {
  it('when files are missing or are something else', async () => {
    await expect(loaded('none')).rejects.toThrow(`${path('none', 'model.json')}: expected a saved model: ENOENT`);
    await saved(1);
    await unlink(await weightsFile());
    await expect(loaded()).rejects.toThrow(/model\.json: expected its weights in model\.[0-9a-f]{16}\.bin: ENOENT/);
    await writeFile(path('model', 'model.json'), '{"modelTopology": {');
    await expect(loaded()).rejects.toThrow('expected a saved model, found broken JSON');
    await writeFile(path('model', 'model.json'), 'null');
    await expect(loaded()).rejects.toThrow(/model\.json: expected an object, found null\.$/);
    await writeFile(path('model', 'model.json'), '{}');
    await expect(loaded()).rejects.toThrow('expected a saved model, found JSON without modelTopology.');
  });

  it('when its weights lie outside of its directory', async () => {
    await saved(1);
    const document = JSON.parse(await readFile(path('model', 'model.json'), 'utf8'));
    await writeFile(path('secret'), Buffer.alloc(168));
    for (const name of ['../secret', path('secret')]) {
      const weightsManifest = [{ ...document.weightsManifest[0], paths: [name] }];
      const text = JSON.stringify({ ...document, weightsManifest, sha256: undefined });
      await writeFile(path('model', 'model.json'), text);
      await expect(loaded()).rejects.toThrow('expected a path');
    }
  });

  it('when the weights were cut off or changed at any byte', async () => {
    await saved(1);
    const file = await weightsFile();
    const whole = await readFile(file);
    for (let at = 0; at < whole.length; at += 7) {
      await writeFile(file, whole.subarray(0, at));
      await expect(fileSystem(path('model')).load()).rejects.toThrow(
        `expected ${whole.length} bytes of weights in model.`,
      );
      const changed = Buffer.from(whole);
      changed[at] ^= 1;
      await writeFile(file, changed);
      await expect(fileSystem(path('model')).load()).rejects.toThrow('was changed or is torn');
    }
  });

  it('when model.json was cut off or changed at any byte, unless it says the same', async () => {
    await saved(1);
    const good = await fileSystem(path('model')).load();
    const file = path('model', 'model.json');
    const whole = await readFile(file);
    let refused = 0;
    for (let at = 0; at < whole.length; at += 11) {
      await writeFile(file, whole.subarray(0, at));
      await expect(fileSystem(path('model')).load()).rejects.toThrow(`${file}: expected`);
      const changed = Buffer.from(whole);
      changed[at] ^= 1;
      await writeFile(file, changed);
      const result = await fileSystem(path('model'))
        .load()
        .catch((error: Error) => error);
      if (result instanceof Error) refused++;
      else expect(result).toEqual(good);
    }
    expect(refused).toBeGreaterThan(whole.length / 11 - 3);
  });
});

describe('A model from a stranger', () => {
  const read = async () => JSON.parse(await readFile(path('model', 'model.json'), 'utf8'));
  const write = (document: unknown) => writeFile(path('model', 'model.json'), JSON.stringify(document));

  it('is refused where it has no weights: it would load untrained', async () => {
    await saved(1);
    const { weightsManifest: _, sha256, ...rest } = await read();
    for (const weightsManifest of [undefined, null, [], {}, 'none']) {
      for (const checksum of [{}, { sha256 }]) {
        await write({ ...rest, weightsManifest, ...checksum });
        await expect(loaded()).rejects.toThrow(
          /model\.json: (weightsManifest: expected an array, found|expected the model's)/,
        );
      }
    }
    await write({ ...rest, weightsManifest: [{ paths: [], weights: [] }] });
    await expect(loaded()).rejects.toThrow('units is 4, and no axis of the weights is longer than 0.');
  });

  it('is refused where it is of this library and lost its checksum, in whatever way', async () => {
    await saved(1);
    const { sha256, ...document } = await read();
    await write(document);
    await expect(loaded()).rejects.toThrow(
      /model\.json: expected the SHA-256 that is written with model\.\w+\.bin, found none\.$/,
    );
    for (const other of [null, '', 0, [sha256], sha256.toUpperCase(), { sha256 }]) {
      await write({ ...document, sha256: other });
      await expect(loaded()).rejects.toThrow(/model\.json: (sha256: expected a string, found|expected the SHA-256 )/);
    }
  });

  it('is refused at once where its files are none', async () => {
    await saved(1);
    const weights = await weightsFile();
    await unlink(weights);
    execFileSync('mkfifo', [weights]);
    await expect(loaded()).rejects.toThrow(/model\.json: expected its weights in model\.\w+\.bin: it is a pipe\.$/);
    await unlink(weights);
    await mkdir(weights);
    await expect(loaded()).rejects.toThrow(/expected its weights in model\.\w+\.bin: it is a directory\.$/);
    await unlink(path('model', 'model.json'));
    execFileSync('mkfifo', [path('model', 'model.json')]);
    await expect(loaded()).rejects.toThrow(/model\.json: expected a saved model: it is a pipe\.$/);
    // Saving waits for the pipe as little.
    await rm(weights, { recursive: true });
    expect(await saved(1)).toEqual(await loaded());
  });

  it('is refused where its text is beyond any', async () => {
    await saved(1);
    await truncate(path('model', 'model.json'), 2 ** 30);
    await expect(loaded()).rejects.toThrow('expected a saved model: it has 1073741824 bytes, more than 67108864.');
  });

  it.each<[string, (document: Record<string, never>) => object, string]>([
    ['paths that are none', () => ({ paths: 3 }), 'weightsManifest[0].paths: expected an array, found 3.'],
    [
      'a path that is none',
      () => ({ paths: [{}] }),
      'weightsManifest[0].paths[0]: expected a string, found an object.',
    ],
    ['no weights', () => ({ weights: undefined }), 'weightsManifest[0].weights: expected an array, found nothing.'],
    ['weights that are none', () => ({ weights: [5] }), 'weights[0]: expected an object, found 5.'],
    [
      'a shape in words',
      () => ({ weights: [{ name: 'a', shape: '3', dtype: 'float32' }] }),
      "shape: expected an array, found '3'.",
    ],
    ['a negative shape', () => ({ weights: [{ name: 'a', shape: [-1], dtype: 'float32' }] }), 'found -1.'],
    [
      'a huge shape',
      () => ({ weights: [{ name: 'a', shape: [1e9, 1e9], dtype: 'float32' }] }),
      'expected 4000000000000000000 bytes',
    ],
    [
      'a huge list of strings',
      () => ({ weights: [{ name: 'a', shape: [1e12], dtype: 'string' }] }),
      'expected at least 4000000000000 bytes',
    ],
    [
      'an inherited type',
      () => ({ weights: [{ name: 'a', shape: [1], dtype: 'toString' }] }),
      "or 'string', found 'toString'.",
    ],
    [
      'a reserved name',
      () => ({ weights: [{ name: '__proto__', shape: [42], dtype: 'float32' }] }),
      "the name '__proto__' is reserved.",
    ],
    [
      'two weights of one name',
      () => ({ weights: [21, 21].map((n) => ({ name: 'a', shape: [n], dtype: 'float32' })) }),
      "expected weights of different names, found 'a' twice.",
    ],
    [
      'a scale in words',
      () => ({
        weights: [{ name: 'a', shape: [168], dtype: 'float32', quantization: { dtype: 'uint8', min: 0, scale: '1' } }],
      }),
      "quantization.scale: expected a number, found '1'.",
    ],
    [
      'no scale',
      () => ({ weights: [{ name: 'a', shape: [168], dtype: 'float32', quantization: { dtype: 'uint8', min: 0 } }] }),
      'quantization.scale: expected a number, found nothing.',
    ],
  ])('is refused with %s', async (_, change, message) => {
    await saved(1);
    const { sha256: _sha, ...document } = await read();
    await rename(await weightsFile(), path('model', 'weights.bin'));
    const group = { ...document.weightsManifest[0], paths: ['weights.bin'] };
    await write({ ...document, weightsManifest: [group] });
    await loaded();
    await write({ ...document, weightsManifest: [{ ...group, ...change(document) }] });
    const refused = loaded();
    await expect(refused).rejects.toThrow(`${path('model', 'model.json')}: `);
    await expect(refused).rejects.toThrow(message);
  });

  it('is refused where TensorFlow.js would never come to the end of its topology', async () => {
    await saved(1);
    const { sha256: _, ...document } = await read();
    await rename(await weightsFile(), path('model', 'weights.bin'));
    const graph = (inbound: unknown) => ({
      class_name: 'Model',
      config: {
        name: 'model',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { name: 'x', batch_input_shape: [null, 3] },
            inbound_nodes: [],
          },
          { class_name: 'ReLU', name: 'y', config: { name: 'y' }, inbound_nodes: [[inbound]] },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: [['y', 0, 0]],
      },
    });
    const weightsManifest = [{ ...document.weightsManifest[0], paths: ['weights.bin'] }];
    for (const [inbound, message] of [
      [
        ['z', 0, 0],
        "model.json: modelTopology.config: layer 'y' takes an input from node 0 of layer 'z', and there is no such layer.",
      ],
      [['x', 1e9, 0], "takes an input from node 1000000000 of layer 'x', and that layer has 1."],
      [['y', 0, 0], "expected a graph without cycles, found one: the layers 'y' wait for each other."],
    ] as const) {
      await write({ ...document, weightsManifest, modelTopology: graph(inbound) });
      await expect(loaded()).rejects.toThrow(message);
    }
  });

  it('is read where it is a graph model, strings and all', async () => {
    const modelTopology = { node: [{ name: 'a', op: 'Const' }], versions: {} };
    const weights = [{ name: 'a', shape: [2], dtype: 'string' }];
    await writeFile(path('words.bin'), Buffer.from([1, 0, 0, 0, 65, 0, 0, 0, 0]));
    await writeFile(
      path('graph.json'),
      JSON.stringify({ modelTopology, weightsManifest: [{ paths: ['words.bin'], weights }] }),
    );
    const { weightData } = await fileSystem(path('graph.json')).load();
    const { a } = io.decodeWeights(io.CompositeArrayBuffer.join(weightData), weights as never);
    expect(await a.data()).toEqual(['A', '']);
    a.dispose();
  });
});
