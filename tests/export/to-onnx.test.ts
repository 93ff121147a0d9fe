import { tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../../src/export/index';
import { UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { amyar2020, multitask, unet } from '../../src/models/index';
import { readOnnxGraph } from '../../src/weights/formats/onnx-graph';
import { type ProtoField, protoFields } from '../../src/weights/formats/protobuf';
import { openWeights } from '../../src/weights/index';
import { LAYER_NETS } from '../contracts/layers';
import { useCpu } from '../support/cpu';

useCpu();

// That runtimes compute what TensorFlow.js does is checked by `npm run check:exports`, over all layers, builders and models.

const text = ({ bytes }: ProtoField): string => new TextDecoder().decode(bytes);
const fields = (message: Uint8Array, number: number): ProtoField[] =>
  [...protoFields(message)].filter((field) => field.number === number);

/** Names and sizes of a graph's inputs (11) or outputs (12). */
function ends(file: Uint8Array, number: 11 | 12): Record<string, (number | string)[]> {
  const [graph] = fields(file, 7);
  return Object.fromEntries(
    fields(graph.bytes, number).map(({ bytes }) => {
      const [type] = fields(fields(bytes, 2)[0].bytes, 1);
      const sizes = fields(fields(type.bytes, 2)[0].bytes, 1).map((size) => {
        const [first] = protoFields(size.bytes);
        return first.number === 1 ? first.value : text(first);
      });
      return [text(fields(bytes, 1)[0]), sizes];
    }),
  );
}

const metadata = (file: Uint8Array): Record<string, string> =>
  Object.fromEntries(fields(file, 14).map(({ bytes }) => [...protoFields(bytes)].map(text) as [string, string]));

const types = (file: Uint8Array): string[] => readOnnxGraph(file).nodes.map(({ type }) => type);

const chain = (shape: (number | null)[], ...steps: readonly layers.Layer[]): LayersModel => {
  const x = input({ shape, name: 'x' });
  return toModel({ inputs: x, outputs: steps.reduce<SymbolicTensor>((y, step) => step.apply(y) as SymbolicTensor, x) });
};

describe('toOnnx', () => {
  it('names inputs and outputs, leaves the batch open, and says what outputs hold', async () => {
    const model = amyar2020({ inputShape: [8, 8, 1], filters: [2, 3], seed: 1 });
    const file = await toOnnx(model, { preprocessing: 'pixels / 255', thresholds: { classification: 0.4 } });
    expect(ends(file, 11)).toEqual({ input: ['batch', 8, 8, 1] });
    expect(ends(file, 12)).toEqual({
      reconstruction: ['batch', 8, 8, 1],
      segmentation: ['batch', 8, 8, 1],
      classification: ['batch', 1],
    });
    const { outputs, ...said } = metadata(file);
    expect(said).toEqual({
      'tfjs-multitask': expect.stringMatching(/^\d+\.\d+\.\d+/),
      tasks: '["reconstruction","segmentation","classification"]',
      preprocessing: 'pixels / 255',
      thresholds: '{"classification":0.4}',
      layout: 'NHWC',
    });
    expect(JSON.parse(outputs).segmentation).toEqual({ kind: 'probability', width: 1, shape: [null, 8, 8, 1] });
    const [opset] = fields(file, 8).map(({ bytes }) => fields(bytes, 2)[0].value);
    expect(opset).toBeGreaterThanOrEqual(17);
    model.dispose();
  });

  it('takes and returns images with channels behind the batch on demand, without turning them', async () => {
    const model = unet({ inputShape: [8, 12, 1], filters: [2, 3], seed: 1 });
    const file = await toOnnx(model, { layout: 'NCHW' });
    expect(ends(file, 11)).toEqual({ input: ['batch', 1, 8, 12] });
    expect(ends(file, 12)).toEqual({ segmentation: ['batch', 1, 8, 12] });
    expect(types(file)).not.toContain('Transpose');
    expect(metadata(file).layout).toBe('NCHW');
    expect(types(await toOnnx(model)).filter((type) => type === 'Transpose')).toHaveLength(2);
    model.dispose();
  });

  it('writes weights that are read back under the names of their layers', async () => {
    const net = chain(
      [8],
      layers.dense({ name: 'value', units: 2, weights: [tensor([...Array(16).keys()], [8, 2]), tensor([1, 2])] }),
    );
    const file = await openWeights(await toOnnx(net));
    const found = file.tensors.map(({ place, shape, read }) => [place?.layer, place?.weight, shape, [...read()]]);
    expect(found).toEqual([
      ['value', 'kernel', [8, 2], [...Array(16).keys()]],
      ['value', 'bias', [2], [1, 2]],
    ]);
    net.dispose();
  });

  it('folds batch normalizations into what stands in front of them, on demand', async () => {
    // y = (2 x + 1 - 3) / sqrt(3.999 + 0.001) * 5 + 7 = 5 x + 2.
    const bn = [5, 7, 3, 3.999].map((value) => tensor([value]));
    const net = chain(
      [1],
      layers.dense({ units: 1, weights: [tensor([[2]]), tensor([1])] }),
      layers.batchNormalization({ weights: bn }),
    );
    expect(types(await toOnnx(net))).toContain('BatchNormalization');
    const folded = await toOnnx(net, { foldBatchNorm: true });
    expect(types(folded)).not.toContain('BatchNormalization');
    const file = await openWeights(folded);
    const [kernel, bias] = file.tensors.map(({ read }) => read()[0]);
    expect(kernel).toBeCloseTo(5, 5);
    expect(bias).toBeCloseTo(2, 5);
    net.dispose();
  });

  it('does not fold what has an activation, other users, or two uses', async () => {
    const x = input({ shape: [2], name: 'x' });
    const norm = () => layers.batchNormalization({});
    const dense = (activation: 'relu' | 'linear') => layers.dense({ units: 2, activation });
    const active = norm().apply(dense('relu').apply(x)) as SymbolicTensor;
    const seen = dense('linear').apply(x) as SymbolicTensor;
    const shared = dense('linear');
    const uses = [shared.apply(x), shared.apply(seen)] as SymbolicTensor[];
    const outputs = [active, seen, norm().apply(seen), ...uses.map((y) => norm().apply(y))] as SymbolicTensor[];
    const net = toModel({ inputs: x, outputs });
    const all = types(await toOnnx(net, { foldBatchNorm: true }));
    expect(all.filter((type) => type === 'BatchNormalization')).toHaveLength(4);
    net.dispose();
  });

  it('says sizes that are not known, and names outputs of one name apart', async () => {
    const net = chain([null, null, 2], layers.conv2d({ name: 'y', filters: 3, kernelSize: 3, padding: 'same' }));
    expect(ends(await toOnnx(net), 11)).toEqual({ x: ['batch', 'x_size1', 'x_size2', 2] });
    const stitch = LAYER_NETS['CrossStitch, an alpha per tensor'].build();
    expect(Object.keys(ends(await toOnnx(stitch), 12))).toHaveLength(2);
  });

  it('leaves no tensor', async () => {
    const { memory } = await import('@tensorflow/tfjs-core');
    const model = unet({ inputShape: [8, 8, 1], filters: [2, 3], seed: 1 });
    const before = memory().numTensors;
    await toOnnx(model, { foldBatchNorm: true });
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('toOnnx refuses by name', () => {
  const refused = async (net: LayersModel, message: RegExp) => {
    await expect(toOnnx(net)).rejects.toThrow(message);
    net.dispose();
  };

  it('layers without a form, all of them', async () => {
    await refused(LAYER_NETS.RepeatBatch.build(), /^toOnnx: no form is known there for '\S+' \(RepeatBatch\); export/);
    const lstm = chain(
      [4, 2],
      layers.lstm({ name: 'memory', units: 2, recurrentInitializer: 'zeros' }),
      layers.repeatVector({ name: 'again', n: 2 }),
    );
    await refused(lstm, /^toOnnx: no form is known there for 'memory' \(LSTM\), 'again' \(RepeatVector\); export/);
  });

  it('what a layer is told and the format does not have', async () => {
    const first = layers.conv2d({ name: 'conv', filters: 1, kernelSize: 1, dataFormat: 'channelsFirst' });
    await refused(chain([1, 4, 4], first), /^toOnnx: 'conv' \(Conv2D\) has its channels first; /);
    const rows = layers.batchNormalization({ name: 'norm', axis: 1 });
    await refused(
      chain([2, 2, 2], rows),
      /^toOnnx: 'norm' \(BatchNormalization\): only a normalization of the last axis/,
    );
    const causal = layers.conv1d({ name: 'conv', filters: 1, kernelSize: 2, padding: 'causal' });
    const named = layers.dense({ units: 1, name: 'constructor' });
    await refused(
      chain([4, 1], named),
      /^toOnnx: a layer has the name 'constructor', which every object has a property of/,
    );
    await refused(chain([4, 1], causal), /^toOnnx: 'conv' \(Conv1D\): the padding 'causal' has no form there\.$/);
  });

  it('two weights of one name, which tfjs cannot save either', async () => {
    const inner = chain([2], layers.dense({ name: 'same', units: 2 }));
    const x = input({ shape: [2] });
    const y = layers.dense({ name: 'same', units: 2 }).apply(inner.apply(x)) as SymbolicTensor;
    await refused(toModel({ inputs: x, outputs: y }), /^toOnnx: two weights have the name 'same\/kernel'; /);
  });

  it('options and models that are none', async () => {
    const model = multitask({
      inputShape: [8, 8, 1],
      encoder: UNetEncoder({ filters: [2, 3] }),
      heads: { mask: UNetDecoder() },
    });
    await expect(toOnnx({} as never)).rejects.toThrow(TypeError);
    await expect(toOnnx(model, { layout: 'NWHC' as never })).rejects.toThrow(/^toOnnx: layout must be /);
    await expect(toOnnx(model, { layouts: 'NHWC' } as never)).rejects.toThrow(/unknown option 'layouts'/);
    await expect(toOnnx(model, { thresholds: { masks: 1 } as never })).rejects.toThrow(/unknown task 'masks'/);
    await expect(toOnnx(model, { thresholds: { mask: Number.NaN } })).rejects.toThrow(
      /^toOnnx: thresholds.mask must be/,
    );
    model.dispose();
    await expect(toOnnx(model)).rejects.toThrow(/has been disposed/);
  });

  it('weights over 2 GB, before they are read', async () => {
    const net = chain([8], layers.dense({ name: 'value', units: 2 }));
    const huge = Object.create(net, { countParams: { value: () => 2 ** 29 } });
    await expect(toOnnx(huge)).rejects.toThrow(
      /holds at most 2147483647 bytes, and the weights alone are 2147483648\.$/,
    );
    net.dispose();
  });
});
