import { tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { toSafetensors } from '../../src/export/index';
import { unet } from '../../src/models/index';
import { openWeights } from '../../src/weights/index';
import { LAYER_NETS } from '../contracts/layers';
import { useCpu } from '../support/cpu';

useCpu();

// That PyTorch computes what TensorFlow.js does is checked by `npm run check:exports`, over all layers, builders and models.

const chain = (shape: number[], ...steps: readonly layers.Layer[]): LayersModel => {
  const x = input({ shape, name: 'x' });
  return toModel({ inputs: x, outputs: steps.reduce<SymbolicTensor>((y, step) => step.apply(y) as SymbolicTensor, x) });
};

describe('toSafetensors', () => {
  it('writes kernels in the order of PyTorch, which are read back', async () => {
    const kernel = tensor([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
    const net = chain(
      [1, 1, 2],
      layers.conv2d({ name: 'a/conv', filters: 3, kernelSize: 1, weights: [kernel, tensor([7, 8, 9])] }),
    );
    const [weights, source] = await toSafetensors(net);
    const { tensors } = await openWeights(weights);
    expect(tensors.map(({ name, shape, layout, read }) => [name, shape, layout, [...read()]])).toEqual([
      ['a/conv.weight', [3, 2, 1, 1], 'torch', [1, 4, 2, 5, 3, 6]],
      ['a/conv.bias', [3], 'torch', [7, 8, 9]],
    ]);
    expect(source).toContain('"a/conv": nn.Conv2d(2, 3, (1, 1), stride=(1, 1)');
    net.dispose();
  });

  it('returns a dictionary by task, or a tuple for a plain net', async () => {
    const model = unet({ inputShape: [8, 8, 1], filters: [2, 3], seed: 1 });
    expect((await toSafetensors(model))[1]).toMatch(/return \{"segmentation": v\d+\}\n$/);
    expect((await toSafetensors(model, { layout: 'NHWC' }))[1]).toContain('v0 = x.permute(0, 3, 1, 2)');
    const net = chain([2], layers.dense({ name: 'type', units: 1 }));
    const [, source] = await toSafetensors(net);
    expect(source).toContain('"type/dense": nn.Linear(2, 1, bias=True)');
    expect(source).toMatch(/return \(v1,\)\n$/);
    model.dispose();
    net.dispose();
  });

  it('refuses by name what PyTorch has no form for', async () => {
    const refused = async (net: LayersModel, message: RegExp) => {
      await expect(toSafetensors(net)).rejects.toThrow(message);
      net.dispose();
    };
    await refused(LAYER_NETS.Film.build(), /^toSafetensors: no form is known there for '\S+' \(Film\); /);
    const smooth = layers.upSampling2d({ name: 'up', interpolation: 'bilinear' });
    await refused(chain([2, 2, 1], smooth), /^toSafetensors: 'up' \(UpSampling2D\): PyTorch computes interpolation/);
    await expect(toSafetensors(7 as never)).rejects.toThrow(TypeError);
  });
});
