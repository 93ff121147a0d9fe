import { readFileSync } from 'node:fs';
import { io, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import {
  input,
  LayersModel,
  layers,
  loadLayersModel,
  type SymbolicTensor,
  sequential,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { CrossStitch, GroupNorm, registerLayers, SeededDropout } from '../../../src/layers/index';
import { amyar2020, fromLayersModel, loadMultitask, type SavedModel, sluice } from '../../../src/models/index';
import { saveStandard } from '../../../src/models/standard/save';
import { LAYER_NETS, PUBLISHED_NETS } from '../../contracts/layers';
import { run, samples } from '../../contracts/nets';
import { useCpu } from '../../support/cpu';
import { tinyShared } from '../sharing/models';

useCpu();

/** What `net.save` writes, through JSON, and what it resolves to. */
async function save(net: LayersModel, how = net.save): Promise<{ artifacts: io.ModelArtifacts; notice?: string }> {
  let artifacts: io.ModelArtifacts = {};
  const handler = io.withSaveHandler(async ({ weightData, ...rest }) => {
    artifacts = { ...JSON.parse(JSON.stringify(rest)), weightData };
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  const { notice } = (await how.call(net, handler)) as SavedModel;
  return { artifacts, notice };
}

const classes = ({ modelTopology }: io.ModelArtifacts) =>
  (modelTopology as unknown as { config: { layers: { class_name: string }[] } }).config.layers.map((l) => l.class_name);
const numbers = (outputs: readonly Tensor[]) => outputs.map((y) => Array.from(y.dataSync()));
const predict = (net: LayersModel) => tidy(() => numbers(run(net, samples(net, 2))));

/** Those that have no standard form outside of `film()`, as docs/saved-models.md says. */
const WITHOUT = ['CapsuleLength', 'CapsuleRouting', 'Film', 'MaskCapsules', 'RepeatBatch', 'SliceBatch', 'Squash'];
/** Builders that make such a layer. */
const OF_BUILDERS: Readonly<Record<string, string>> = { CapsuleHead: 'CapsuleRouting', capsules: 'CapsuleRouting' };

describe.each(Object.entries({ ...LAYER_NETS, ...PUBLISHED_NETS }))('%s', (name, { build, parts = 1 }) => {
  const without = OF_BUILDERS[name] ?? (WITHOUT.includes(name) ? name : undefined);
  it(without !== undefined ? 'needs this library, and saving says so' : 'is saved in standard layers', async () => {
    const net = build();
    saveStandard(net);
    const { artifacts, notice } = await save(net);
    if (without !== undefined) {
      expect(notice).toMatch(
        /^tfjs-layers alone does not open this model: .+ \(TfjsMultitask\w+\) (is a layer|are layers) of /,
      );
      expect(artifacts.userDefinedMetadata).toEqual({ 'tfjs-multitask': { notice } });
      expect(classes(artifacts)).toContain(`TfjsMultitask${without}`);
    } else {
      expect(notice).toBeUndefined();
      expect(classes(artifacts).filter((each) => each.startsWith('Tfjs'))).toEqual([]);
    }
    registerLayers();
    const loaded = await loadLayersModel(io.fromMemory(artifacts));
    tidy(() => {
      const x = samples(net, 2 * parts);
      const [expected, found] = [net, loaded].map((each) => numbers(run(each, x)).flat());
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value)), 0);
      expect(worst).toBeLessThan(5e-5);
    });
    loaded.dispose();
    net.dispose();
  });
});

it('the docs list the layers without a standard form', () => {
  const text = readFileSync(new URL('../../../docs/saved-models.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)`[^|]*\| none\b/gm)].map(([, layer]) => layer);
  expect(rows.sort()).toEqual(WITHOUT);
});

describe('a net that standard layers do not stand for', () => {
  const wrap = (inputs: SymbolicTensor | SymbolicTensor[], value: SymbolicTensor) =>
    toModel({ inputs, outputs: layers.dense({ name: 'value', units: 1 }).apply(value) as SymbolicTensor });
  const CASES: Record<string, () => LayersModel> = {
    'group normalization of images of any size': () => {
      const image = input({ shape: [null, null, 4] });
      const norm = new GroupNorm({ name: 'norm', groups: 2 }).apply(image) as SymbolicTensor;
      return wrap(image, layers.globalAveragePooling2d({}).apply(norm) as SymbolicTensor);
    },
    'cross-stitch of vectors': () => {
      const x = input({ shape: [3] });
      const both = new CrossStitch({ name: 'stitch' }).apply([x, x]) as SymbolicTensor[];
      return wrap(x, layers.add().apply(both) as SymbolicTensor);
    },
    'a sequential net inside': () => {
      const x = input({ shape: [3] });
      const inner = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
      inner.add(new SeededDropout({ name: 'dropout', rate: 0.5, seed: 1 }));
      return wrap(x, inner.apply(x) as SymbolicTensor);
    },
  };

  it.each(Object.entries(CASES))('%s: it says so, and loads with this library', async (_, build) => {
    const { net } = fromLayersModel(build(), ['value']);
    const { artifacts, notice } = await save(net);
    expect(notice).toContain('Load it with loadMultitask');
    const loaded = await loadMultitask(io.fromMemory(artifacts));
    const given =
      net.inputs[0].shape.length === 2
        ? tensor([0.3, -0.2, 0.9], [1, 3])
        : tensor([...Array(16).keys()].map(Math.sin), [1, 2, 2, 4]);
    expect(numbers([loaded.net.predict(given) as Tensor])).toEqual(numbers([net.predict(given) as Tensor]));
    loaded.dispose();
  });

  it('a notice of an earlier save does not outlive its reason; other metadata stays', async () => {
    const { net } = fromLayersModel(CASES['cross-stitch of vectors'](), ['value']);
    net.setUserDefinedMetadata({ mine: [1], 'tfjs-multitask': { notice: 'old', outputs: { value: 'logit' } } });
    expect((await save(net)).artifacts.userDefinedMetadata).toEqual({
      mine: [1],
      'tfjs-multitask': { notice: (await save(net)).notice, outputs: { value: 'logit' } },
    });
    const plain = fromLayersModel(
      wrap(...([input({ shape: [3] })].flatMap((x) => [x, x]) as [SymbolicTensor, SymbolicTensor])),
      ['value'],
    );
    plain.net.setUserDefinedMetadata({ mine: [1], 'tfjs-multitask': { notice: 'old' } });
    expect((await save(plain.net)).artifacts.userDefinedMetadata).toEqual({ mine: [1], 'tfjs-multitask': {} });
  });
});

it('loads a model that was saved with the layers of this library, as all were before', async () => {
  const model = amyar2020({ inputShape: [8, 8, 1], filters: [2, 4], norm: 'group', dropout: 0.2, seed: 1 });
  const { artifacts } = await save(model.net, LayersModel.prototype.save);
  expect(classes(artifacts)).toContain('TfjsMultitaskGroupNorm');
  const loaded = await loadMultitask(io.fromMemory(artifacts));
  expect(predict(loaded.net)).toEqual(predict(model.net));
  loaded.dispose();
  model.dispose();
});

it('loads standard layers that were trained without this library as they are, not as what they were', async () => {
  const model = tinyShared(sluice());
  const { artifacts } = await save(model.net);
  const alone = await loadLayersModel(io.fromMemory(artifacts));
  // A kernel that no alphas make: every weight of it is its own.
  const mix = alone.layers.find(({ name }) => name.endsWith('/output1')) as layers.Layer;
  tidy(() => {
    const kernel = mix.getWeights()[0];
    mix.setWeights([
      tensor(
        Float32Array.from(kernel.dataSync(), (value, i) => value + i / 100),
        kernel.shape,
      ),
    ]);
  });
  const changed = await save(alone);
  const loaded = await loadMultitask(io.fromMemory(changed.artifacts));
  const expected = predict(alone);
  expect(expected).not.toEqual(predict(model.net));
  const close = expected.map((output) => output.map((value) => expect.closeTo(value, 6)));
  expect(predict(loaded.net)).toEqual(close);
  // Also where only the weights were put into the file.
  const { weightData, weightSpecs } = changed.artifacts;
  const swapped = await loadMultitask(io.fromMemory({ ...artifacts, weightData, weightSpecs }));
  expect(predict(swapped.net)).toEqual(close);
  for (const each of [model, loaded, swapped]) each.dispose();
});

describe('what a stranger wrote beside the standard layers', () => {
  type Kept = {
    replaced: { name: string; className: string; inputs: unknown; weights: Record<string, unknown>; kept?: object }[];
  };
  const CHANGES: Record<string, (kept: Kept) => unknown> = {
    'no list': () => ({}),
    'a layer without a name': ({ replaced: [first] }) => [{ ...first, name: 1 }],
    'a weight larger than the file': ({ replaced: [first] }) => [{ ...first, weights: { 'x/alpha': [1e6, 1e6] } }],
    'a weight of no size': ({ replaced: [first] }) => [{ ...first, weights: { 'x/alpha': [-1, 2] } }],
    'weights that the class does not have': ({ replaced: [first] }) => [{ ...first, weights: { 'x/beta': [2] } }],
    'bytes that are no base64': ({ replaced }) =>
      replaced.map((each) => ({ ...each, kept: { [Object.keys(each.weights)[0]]: '%' } })),
    'inputs that are no shapes': ({ replaced: [first] }) => [{ ...first, inputs: [['a']] }],
  };

  it.each(Object.entries(CHANGES))('is refused: %s', async (_, change) => {
    const model = tinyShared(sluice());
    const { artifacts } = await save(model.net);
    const topology = artifacts.modelTopology as unknown as { tfjs_multitask: Kept };
    const kept = { ...topology.tfjs_multitask, replaced: change(topology.tfjs_multitask) };
    const modelTopology = { ...topology, tfjs_multitask: kept };
    await expect(loadMultitask(io.fromMemory({ ...artifacts, modelTopology }))).rejects.toThrow(
      new TypeError(
        "loadMultitask: expected in 'tfjs_multitask' the layers that standard ones stand for, found another form.",
      ),
    );
    model.dispose();
  });

  it('is checked as a topology, too', async () => {
    const model = tinyShared(sluice());
    const { artifacts } = await save(model.net);
    const topology = artifacts.modelTopology as unknown as { tfjs_multitask: Kept };
    const modelTopology = { ...topology, tfjs_multitask: { ...topology.tfjs_multitask, config: { layers: [] } } };
    await expect(loadMultitask(io.fromMemory({ ...artifacts, modelTopology }))).rejects.toThrow(/^loadMultitask: /);
    model.dispose();
  });
});
