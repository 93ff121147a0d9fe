import { tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toKeras } from '../../src/export/index';
import { BilinearUpsampling, GroupNorm } from '../../src/layers/index';
import { loadKeras, type MakeLayer } from '../../src/weights/index';
import { LAYER_NETS } from '../contracts/layers';
import { MODELS } from '../contracts/models';
import { run, samples } from '../contracts/nets';
import { useCpu } from '../support/cpu';
import { REFUSED } from './refused';

useCpu();

// That Keras computes what TensorFlow.js does is checked by `npm run check:exports`, over all layers, builders and models.

/** `loadKeras` takes files with weights. */
const WITHOUT_WEIGHTS = ['BilinearUpsampling', 'SeededDropout', 'StopGradient'];

/** Keras's layers that TensorFlow.js does not have. */
const OURS: Record<string, MakeLayer> = {
  GroupNormalization: ({ name, groups, epsilon }) =>
    new GroupNorm({ name: name as string, groups: groups === -1 ? 6 : (groups as number), epsilon: epsilon as number }),
  UpSampling2D: ({ name, interpolation }) =>
    interpolation === 'bilinear'
      ? new BilinearUpsampling({ name: name as string })
      : layers.upSampling2d({ name: name as string }),
};

const chain = (shape: number[], ...steps: readonly layers.Layer[]): LayersModel => {
  const x = input({ shape, name: 'x' });
  return toModel({ inputs: x, outputs: steps.reduce<SymbolicTensor>((y, step) => step.apply(y) as SymbolicTensor, x) });
};

const files = (bytes: Uint8Array): Record<string, Uint8Array> => unzipSync(bytes);
const json = (bytes: Uint8Array, name: string) => JSON.parse(strFromU8(files(bytes)[name]));

describe('toKeras, read back', () => {
  const nets = Object.entries(LAYER_NETS).filter(
    ([name]) => ![...REFUSED, ...WITHOUT_WEIGHTS].includes(name) && !name.includes('instance norm'),
  );

  it.each(nets)('%s computes the same', async (_, { build }) => {
    const net = build();
    const loaded = await loadKeras(await toKeras(net), { layers: OURS });
    const x = samples(net, 2);
    const [expected, found] = [net, loaded].map((each) => run(each, x).map((y) => [...y.dataSync()]));
    expect(found.length).toBe(expected.length);
    for (const [i, values] of expected.entries()) {
      for (const [k, value] of values.entries()) expect(Math.abs(found[i][k] - value)).toBeLessThan(1e-5);
    }
    net.dispose();
    loaded.dispose();
  });
});

describe('toKeras', () => {
  it('names layers as here with dots for slashes, and outputs by task', async () => {
    const model = MODELS.amyar2020();
    const bytes = await toKeras(model, { preprocessing: 'pixels / 255', thresholds: { classification: 0.4 } });
    const { config } = json(bytes, 'config.json');
    const names = config.layers.map(({ name }: { name: string }) => name);
    expect(names).toContain('encoder.level1.conv1');
    expect(Object.keys(config.output_layers)).toEqual([...model.tasks]);
    for (const task of model.tasks) expect(config.output_layers[task]).toEqual([task, 0, 0]);
    const { tfjs_multitask: said } = json(bytes, 'metadata.json');
    expect(said).toMatchObject({ preprocessing: 'pixels / 255', thresholds: '{"classification":0.4}' });
    model.dispose();
  });

  it('gives the same bytes for the same model', async () => {
    const net = chain(
      [3],
      layers.dense({ name: 'y', units: 2, weights: [tensor([1, 2, 3, 4, 5, 6], [3, 2]), tensor([7, 8])] }),
    );
    expect(await toKeras(net)).toEqual(await toKeras(net));
    net.dispose();
  });

  it('folds batch normalizations on demand', async () => {
    const net = chain([3], layers.dense({ units: 2 }), layers.batchNormalization({}));
    const classes = async (foldBatchNorm: boolean) =>
      json(await toKeras(net, { foldBatchNorm }), 'config.json').config.layers.map(
        ({ class_name }: { class_name: string }) => class_name,
      );
    expect(await classes(false)).toEqual(['InputLayer', 'Dense', 'BatchNormalization']);
    expect(await classes(true)).toEqual(['InputLayer', 'Dense']);
    net.dispose();
  });

  it('refuses by name what Keras does not have or computes otherwise', async () => {
    const refused = async (net: LayersModel, message: RegExp) => {
      await expect(toKeras(net)).rejects.toThrow(message);
      net.dispose();
    };
    await refused(LAYER_NETS.SliceBatch.build(), /^toKeras: no form is known there for '\S+' \(SliceBatch\); /);
    const smooth = layers.upSampling2d({ name: 'up', interpolation: 'bilinear' });
    await refused(
      chain([2, 2, 1], smooth),
      /^toKeras: 'up' \(UpSampling2D\): Keras computes interpolation 'bilinear' otherwise\.$/,
    );
    const hard = layers.activation({ name: 'hard', activation: 'hardSigmoid' });
    await refused(
      chain([2], hard),
      /^toKeras: 'hard' \(Activation\): Keras has no activation 'hardSigmoid', or another/,
    );
    await expect(toKeras(null as never)).rejects.toThrow(TypeError);
  });
});
