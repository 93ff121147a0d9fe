import { type io, memory, ones, tidy } from '@tensorflow/tfjs-core';
import { input, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { amyar2020, fromLayersModel, loadMultitask } from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { saved } from './in-memory';

useCpu();

function twoOutputs(names: readonly [string, string]) {
  const x = input({ shape: [3] });
  const outputs = names.map((name) => layers.dense({ units: 1, name }).apply(x) as SymbolicTensor);
  return toModel({ inputs: x, outputs });
}

describe('loadMultitask', () => {
  it('gives back a model with its tasks, its names and the same predictions', async () => {
    const model = amyar2020({
      inputShape: [16, 16, 1],
      filters: [2, 3, 4],
      norm: 'group',
      dropout: 0.2,
      reconstructionSkips: 'attention',
      seed: 1,
    });
    const loaded = await loadMultitask(await saved(model.net));
    expect(loaded.tasks).toEqual(model.tasks);
    expect(loaded.net.name).toBe('amyar2020');
    expect(loaded.net.layers.map(({ name }) => name)).toEqual(model.net.layers.map(({ name }) => name));
    tidy(() => {
      const x = ones([1, 16, 16, 1]);
      const [expected, found] = [model.predict(x), loaded.predict(x) as ReturnType<typeof model.predict>];
      for (const task of model.tasks) expect(found[task].dataSync()).toEqual(expected[task].dataSync());
    });
    loaded.dispose();
    model.dispose();
  });

  it('disposes layers and nets that are called several times', async () => {
    const inside = input({ shape: [3] });
    const inner = toModel({ inputs: inside, outputs: layers.dense({ units: 3 }).apply(inside) as SymbolicTensor });
    const dense = layers.dense({ units: 3, name: 'shared' });
    const x = input({ shape: [3] });
    const twice = inner.apply(inner.apply(dense.apply(dense.apply(x)))) as SymbolicTensor;
    const artifacts = await saved(
      toModel({ inputs: x, outputs: layers.dense({ units: 1, name: 'task' }).apply(twice) as SymbolicTensor }),
    );
    const before = memory().numTensors;
    const model = await loadMultitask(artifacts);
    expect(tidy(() => model.predict(ones([2, 3])).task.shape)).toEqual([2, 1]);
    expect(memory().numTensors).toBe(before + 6);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('keeps task names in camel and in snake case', async () => {
    const net = twoOutputs(['lesionMap', 'covid_status']);
    const loaded = await loadMultitask(await saved(net), ['lesionMap', 'covid_status']);
    expect(loaded.net.outputNames).toEqual(['lesionMap', 'covid_status']);
    loaded.dispose();
    net.dispose();
  });

  it('refuses a model of other tasks, and keeps nothing of it', async () => {
    const net = twoOutputs(['a', 'b']);
    const handler = await saved(net);
    const before = memory().numTensors;
    await expect(loadMultitask(handler, ['a', 'c'])).rejects.toThrow(
      new RangeError("fromLayersModel: the net's outputs must be the tasks a, c; it has a, b."),
    );
    expect(memory().numTensors).toBe(before);
    net.dispose();
  });
});

describe('loadMultitask of a path in Node', () => {
  it.each([
    ['runs/model', 'runs/model'],
    ['./runs/model/model.json', './runs/model'],
    ['model.json', '.'],
    ['file:///runs/model/model.json', '/runs/model'],
    ['C:\\runs\\model', 'C:\\runs\\model'],
  ])('says what to write for %s', async (path, folder) => {
    await expect(loadMultitask(path)).rejects.toThrow(
      new TypeError(
        `loadMultitask: ${path}: a path in Node is no URL. To load a folder of files, write ` +
          `loadMultitask(fileSystem('${folder}')), with \`import { fileSystem } from 'tfjs-multitask/node'\`.`,
      ),
    );
  });
});

describe('loadMultitask of a stranger', () => {
  const artifacts = async (): Promise<io.ModelArtifacts> => {
    const net = twoOutputs(['a', 'b']);
    const { load } = await saved(net);
    net.dispose();
    return structuredClone(await load!());
  };
  const load = async (change: (whole: io.ModelArtifacts) => object) => {
    const whole = await artifacts();
    return loadMultitask({ load: async () => ({ ...whole, ...change(whole) }) });
  };
  type Layers = { config: { layers: { config: Record<string, unknown>; inbound_nodes: unknown }[] } };
  const inLayer = (change: (layer: Layers['config']['layers'][number]) => void) => (whole: io.ModelArtifacts) => {
    change((whole.modelTopology as unknown as Layers).config.layers[2]);
    return whole;
  };

  it.each<[string, Parameters<typeof load>[0], string]>([
    [
      'no weights',
      () => ({ weightData: undefined, weightSpecs: undefined }),
      'expected a model with its weights, found none',
    ],
    [
      'fewer weights than it says',
      () => ({ weightData: new ArrayBuffer(28) }),
      'expected 32 bytes of weights, found 28.',
    ],
    [
      'weights of other layers',
      ({ weightSpecs }) => ({ weightSpecs: weightSpecs?.map((spec) => ({ ...spec, name: `z${spec.name}` })) }),
      'Provided weight data has no target variable: za/kernel',
    ],
    ['no topology', () => ({ modelTopology: undefined }), 'modelTopology: expected an object, found nothing.'],
    [
      'an unknown inbound layer',
      inLayer((layer) => {
        layer.inbound_nodes = [[['z', 0, 0]]];
      }),
      "layer 'b' takes an input from node 0 of layer 'z', and there is no such layer.",
    ],
    [
      'more units than weights',
      inLayer(({ config }) => {
        config.units = 1e9;
      }),
      "('b'): units is 1000000000, and no axis of the weights is longer than 3.",
    ],
    [
      'a config of another kind',
      inLayer(({ config }) => {
        config.kernel_initializer = 'toString';
      }),
      'expected a model that TensorFlow.js can build: ',
    ],
  ])('refuses %s', async (_, change, message) => {
    const refused = load(change);
    await expect(refused).rejects.toThrow(/^loadMultitask: /);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/is not a|Cannot read|undefined/);
  });

  it('names the file or the address that the handler has', async () => {
    const whole = await artifacts();
    const handler = { path: 'models/model.json', load: async () => whole };
    await expect(loadMultitask(handler, ['a', 'c'])).rejects.toThrow(
      "loadMultitask: models/model.json: fromLayersModel: the net's outputs must be the tasks a, c; it has a, b.",
    );
    const torn = { ...handler, load: async () => ({ ...whole, weightData: new ArrayBuffer(4) }) };
    await expect(loadMultitask(torn)).rejects.toThrow(
      'loadMultitask: models/model.json: expected 32 bytes of weights, found 4.',
    );
  });

  it('says what a source is that is none, and which address does not answer', async () => {
    for (const source of [undefined, {}, 3]) {
      await expect(loadMultitask(source as never)).rejects.toThrow(
        `loadMultitask: expected a URL or an IOHandler that can load, found ${typeof source}.`,
      );
    }
    const address = 'http://localhost:1/model.json';
    await expect(loadMultitask(address)).rejects.toThrow(
      `loadMultitask: ${address}: expected a saved layers model there, and reading it failed: `,
    );
  });
});

describe('fromLayersModel', () => {
  it('wraps the net itself', () => {
    const net = twoOutputs(['a', 'b']);
    const model = fromLayersModel(net, ['a', 'b']);
    expect(model.net).toBe(net);
    tidy(() => {
      expect(model.predict(ones([2, 3])).b.shape).toEqual([2, 1]);
    });
    model.dispose();
  });

  it('refuses tasks that are not the outputs in their order', () => {
    const net = twoOutputs(['a', 'b']);
    expect(() => fromLayersModel(net, ['b', 'a'])).toThrow(
      new RangeError("fromLayersModel: the net's outputs must be the tasks b, a; it has a, b."),
    );
    expect(() => fromLayersModel(net, ['a'])).toThrow("the net's outputs must be the tasks a; it has a, b.");
    expect(() => fromLayersModel(net, ['a', 'a'])).toThrow("fromLayersModel: task names must differ, got 'a' twice.");
    expect(() => fromLayersModel(net, ['toString'])).toThrow(
      "a task may not have the name 'toString', which every object has a property of.",
    );
    expect(() => fromLayersModel(net, ['a', 3 as unknown as string])).toThrow(
      new TypeError('fromLayersModel: a task name must be a string, got number.'),
    );
    net.dispose();
  });

  it('refuses a net with several inputs', () => {
    const inputs = [input({ shape: [2] }), input({ shape: [2] })];
    const outputs = layers.concatenate({ name: 'a' }).apply(inputs) as SymbolicTensor;
    expect(() => fromLayersModel(toModel({ inputs, outputs }), ['a'])).toThrow(
      new RangeError('fromLayersModel: the net must have 1 input, got 2.'),
    );
  });
});
