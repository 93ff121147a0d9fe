import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { readWeights } from '../../src/internal/layer-weights';
import { SeededDropout } from '../../src/layers/seeded-dropout';
import { fromLayersModel } from '../../src/models/from-layers-model';
import { loadWeights } from '../../src/weights/load-weights';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { branches, difference, golden, readGolden, smallKeras, smallTorch } from './nets';
import { writeSafetensors } from './write-safetensors';

useCpu();

const keras = readGolden('keras.json');
const torch = readGolden('torch.json');

/** A net of one dense layer 2 -> 2, whose kernel fits either way. */
function square() {
  const x = input({ shape: [2] });
  const y = layers.dense({ units: 2, useBias: false, name: 'fc' }).apply(x) as SymbolicTensor;
  return model({ inputs: x, outputs: y });
}

describe('loadWeights', () => {
  it.each([
    ['small.keras', 1e-5],
    ['small.h5', 1e-5],
    ['small-legacy.h5', 1e-5],
    ['small.weights.h5', 1e-5],
    ['small-unnamed.weights.h5', 1e-5],
    // Half precision rounds the weights.
    ['small-keras2-half.h5', 1e-2],
  ])('reads %s as Keras does', async (name, within) => {
    const net = smallKeras();
    const loaded = await loadWeights(net, golden(name));
    expect(loaded.filled).toHaveLength(18);
    expect(await difference(net, keras.small.x, keras.small.y)).toBeLessThan(within);
    net.dispose();
  });

  it.each([
    ['small.pth', 1e-5],
    ['small-legacy.pth', 1e-5],
    ['small-checkpoint.pth', 1e-5],
    ['small-double.pth', 1e-5],
    ['small.safetensors', 1e-5],
    ['small.onnx', 1e-5],
    // Half precision and bfloat16 round the weights.
    ['small-half.pth', 2e-2],
    ['small-bfloat.pth', 2e-1],
    ['small-bfloat.safetensors', 2e-1],
  ])('reads %s as PyTorch does', async (name, within) => {
    const net = smallTorch();
    const loaded = await loadWeights(net, golden(name));
    expect(loaded.filled).toHaveLength(18);
    expect(await difference(net, torch.x, torch.y)).toBeLessThan(within);
    net.dispose();
  });

  it('brings the rows of a dense layer into order where dropout is between it and what is flattened', async () => {
    const net = smallTorch([new SeededDropout({ rate: 0.5, seed: 1 }), layers.dropout({ rate: 0.5 })]);
    await loadWeights(net, golden('small.pth'));
    expect(await difference(net, torch.x, torch.y)).toBeLessThan(1e-5);
    net.dispose();
  });

  it.each(['branches-legacy.h5', 'branches.weights.h5'])(
    'takes automatic names of %s by their order, whatever their numbers',
    async (name) => {
      const net = branches();
      await loadWeights(net, golden(name));
      expect(await difference(net, keras.branches.x, keras.branches.y)).toBeLessThan(1e-5);
      net.dispose();
    },
  );

  it('fills a part of a multitask model, and lists what the file has beside it', async () => {
    const net = smallKeras('encoder/');
    const own = await readWeights(net);
    const multitask = fromLayersModel(net, ['out']);
    const loaded = await loadWeights(multitask, golden('small.h5'), { prefix: 'encoder/', ignore: ['out'] });
    expect(loaded.filled.every((name) => name.startsWith('encoder/'))).toBe(true);
    expect(loaded.filled).toHaveLength(16);
    expect(loaded.unused).toEqual(['out/out/kernel', 'out/out/bias', 'optimizer_weights']);
    expect((await readWeights(net)).slice(-2)).toEqual(own.slice(-2));
    multitask.dispose();
  });

  it('refuses weights that are missing, too many and of another shape in one sentence, and changes nothing', async () => {
    const net = smallKeras();
    const before = await readWeights(net);
    await expect(loadWeights(net, golden('small.pth'))).rejects.toThrow(
      /the shapes of 3 do not fit: .*out\/kernel \[3,3\] is out.weight \[4,4\].*; 3 weights of the model are not in it: sep\/depthwise_kernel.*; 3 of its tensors have no place in the model: dw_bn.weight, fc.weight, fc.bias. `prefix/,
    );
    expect(await readWeights(net)).toEqual(before);
    net.dispose();
  });

  it('loads what fits where it need not be all, and lists the rest', async () => {
    const net = smallKeras();
    const loaded = await loadWeights(net, golden('small.h5'), { strict: false, ignore: ['stem', 'dw'] });
    expect(loaded.missing).toEqual(['stem/kernel', 'stem/bias', 'dw/depthwise_kernel', 'dw/bias']);
    await expect(loadWeights(net, golden('small.h5'), { ignore: ['stem'] })).rejects.toThrow(
      '2 weights of the model are not in it: stem/kernel, stem/bias.',
    );
    net.dispose();
  });

  it('lists what a file has more of with strict model', async () => {
    const x = input({ shape: [8, 8, 3] });
    const y = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'stem' }).apply(x) as SymbolicTensor;
    const net = model({ inputs: x, outputs: y });
    await expect(loadWeights(net, golden('small.h5'))).rejects.toThrow('16 of its tensors have no place in the model');
    const loaded = await loadWeights(net, golden('small.h5'), { strict: 'model' });
    expect(loaded.filled).toEqual(['stem/kernel', 'stem/bias']);
    net.dispose();
  });

  it('takes layers by their order, and by names that a table or a function maps', async () => {
    const folded = () => {
      const image = input({ shape: [8, 8, 3] });
      const then = (x: SymbolicTensor, layer: { apply(x: SymbolicTensor): unknown }) =>
        layer.apply(x) as SymbolicTensor;
      let x = then(image, layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'a' }));
      x = then(x, layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', name: 'b' }));
      x = then(x, layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, name: 'c' }));
      x = then(then(x, layers.flatten({})), layers.dense({ units: 4, activation: 'relu', name: 'fc' }));
      return model({ inputs: image, outputs: then(x, layers.dense({ units: 4, name: 'out' })) });
    };
    const names: Record<string, string> = {
      'onnx::Conv_32': 'a/kernel',
      'onnx::Conv_33': 'a/bias',
      'onnx::Conv_35': 'b/weight',
      'onnx::Conv_36': 'b/bias',
      'up.weight': 'c/kernel',
      'up.bias': 'c/bias',
    };
    for (const from of [
      'order',
      { ...names, 'fc.weight': 'fc/weight', 'fc.bias': 'fc/bias', 'out.weight': 'out/weight', 'out.bias': 'out/bias' },
      (name: string) => names[name] ?? name.replace('.', '/'),
    ] as const) {
      const net = folded();
      // The exporter has folded the normalizations into the convolutions.
      await loadWeights(net, golden('small-folded.onnx'), { from });
      expect(await difference(net, torch.x, torch.y)).toBeLessThan(1e-5);
      net.dispose();
    }
  });

  it('asks for the layout where a file does not tell and either fits', async () => {
    const net = square();
    const bytes = writeSafetensors({
      'fc.weight': [
        [2, 2],
        [1, 2, 3, 4],
      ],
    });
    await expect(loadWeights(net, bytes)).rejects.toThrow("write layout: 'keras' or layout: 'torch'");
    await loadWeights(net, bytes, { layout: 'torch' });
    expect([...(await readWeights(net))[0]]).toEqual([1, 3, 2, 4]);
    await loadWeights(net, bytes, { layout: 'keras' });
    expect([...(await readWeights(net))[0]]).toEqual([1, 2, 3, 4]);
    net.dispose();
  });

  it('refuses numbers that are not finite, and changes nothing', async () => {
    const net = square();
    const [before] = await readWeights(net);
    const bytes = writeSafetensors({
      'fc.weight': [
        [2, 2],
        [1, 2, Number.NaN, 4],
      ],
    });
    await expect(loadWeights(net, bytes, { layout: 'torch' })).rejects.toThrow(
      'loadWeights: the bytes: expected finite numbers in fc.weight, found NaN.',
    );
    expect((await readWeights(net))[0]).toEqual(before);
    net.dispose();
  });

  it('sums the kernel of a first convolution for grey images, where that was said', async () => {
    const x = input({ shape: [4, 4, 1] });
    const conv = layers.conv2d({ filters: 2, kernelSize: 1, useBias: false, name: 'conv' });
    const net = model({ inputs: x, outputs: conv.apply(x) as SymbolicTensor });
    const bytes = writeSafetensors({
      'conv.weight': [
        [2, 3, 1, 1],
        [1, 2, 3, 10, 20, 30],
      ],
    });
    await expect(loadWeights(net, bytes)).rejects.toThrow('conv/kernel [1,1,1,2] is conv.weight [2,3,1,1]');
    await loadWeights(net, bytes, { grey: 'sum' });
    expect([...(await readWeights(net))[0]]).toEqual([6, 60]);
    net.dispose();
  });

  it('reads what TensorFlow.js saved, from a handler and from an address with a file beside it', async () => {
    const [net, other] = [smallKeras(), smallKeras()];
    await loadWeights(net, golden('small.keras'));
    const saved: Record<string, Uint8Array> = {};
    await net.save({
      save: async (artifacts) => {
        const { weightSpecs, weightData, modelTopology } = artifacts;
        saved['w.bin'] = new Uint8Array(weightData as ArrayBuffer);
        const weightsManifest = [{ paths: ['w.bin'], weights: weightSpecs }];
        saved['model.json'] = new TextEncoder().encode(JSON.stringify({ modelTopology, weightsManifest }));
        const loaded = await loadWeights(other, { load: async () => artifacts });
        expect(loaded.filled).toHaveLength(18);
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
      },
    });
    const server = createServer((request, response) => response.end(saved[basename(request.url ?? '')]));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`;
    const third = smallKeras();
    await loadWeights(third, address);
    server.close();
    for (const loaded of [other, third]) {
      expect(await difference(loaded, keras.small.x, keras.small.y)).toBeLessThan(1e-5);
      loaded.dispose();
    }
    net.dispose();
  });

  it('keeps no tensors, and reads bytes, buffers and blobs alike', async () => {
    const net = smallKeras();
    const bytes = await readFile(golden('small.keras'));
    await loadWeights(net, bytes);
    const before = memory().numTensors;
    await expectNoLeak(() => loadWeights(net, bytes));
    await loadWeights(net, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
    await loadWeights(net, new Blob([bytes]));
    expect(memory().numTensors).toBe(before);
    net.dispose();
  });

  it('says which tensors of more digits were rounded', async () => {
    const net = smallTorch();
    expect((await loadWeights(net, golden('small-double.pth'))).rounded).toHaveLength(18);
    expect((await loadWeights(net, golden('small-half.pth'))).rounded).toEqual([]);
    net.dispose();
  });

  it('refuses a model without the part, an unknown option and what is no source', async () => {
    const net = square();
    await expect(loadWeights(net, golden('small.h5'), { prefix: 'encoder/' })).rejects.toThrow(
      "has a name that starts with 'encoder/'",
    );
    await expect(loadWeights(net, golden('small.h5'), { prefx: '' } as never)).rejects.toThrow(
      "Did you mean 'prefix'?",
    );
    await expect(loadWeights(net, 3 as never)).rejects.toThrow('the source must be a path, an address');
    await expect(loadWeights(3 as never, golden('small.h5'))).rejects.toThrow(
      'loadWeights: model must be a LayersModel',
    );
    net.dispose();
  });
});
