import {
  addN,
  memory,
  mul,
  randomNormal,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  train,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  type layers,
  loadLayersModel,
  type SymbolicTensor,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  AttentionGate,
  BilinearUpsampling,
  ConvEncoder,
  convBlock,
  GroupNorm,
  InstanceNorm,
  MLPHead,
  registerLayers,
  SeededDropout,
  UNetDecoder,
  UNetEncoder,
} from '../../src/layers/index';
import type { Encoder, Features, Head } from '../../src/types';
import { saved } from '../models/in-memory';
import { useCpu } from '../support/cpu';

// What every layer and every builder must do, whatever it computes.

useCpu();

const SEED = 3;
const encoder = UNetEncoder({ filters: [2, 3] });

/** Layers, each with the shapes of its inputs. */
const LAYERS: Record<string, { make: () => layers.Layer; shapes: number[][] }> = {
  InstanceNorm: { make: () => new InstanceNorm({ epsilon: 0.01 }), shapes: [[3, 4, 6]] },
  GroupNorm: { make: () => new GroupNorm({ groups: 3, epsilon: 0.01 }), shapes: [[3, 4, 6]] },
  AttentionGate: {
    make: () => new AttentionGate({ filters: 3, seed: SEED }),
    shapes: [
      [3, 4, 6],
      [3, 4, 2],
    ],
  },
  BilinearUpsampling: { make: () => new BilinearUpsampling(), shapes: [[3, 4, 2]] },
  SeededDropout: { make: () => new SeededDropout({ rate: 0.4, seed: SEED }), shapes: [[3, 4, 2]] },
};

const outputsOf = ({ skips, bottleneck }: Features): SymbolicTensor[] => [...skips, bottleneck];
const withEncoder = (build: Encoder) => (x: SymbolicTensor) => outputsOf(build(x, 'encoder', SEED));
const withHead = (build: Head) => (x: SymbolicTensor) => [build(encoder(x, 'encoder', SEED), 'task', SEED)];
const withBlock = (build: ReturnType<typeof convBlock>) => (x: SymbolicTensor) => [build(x, 'block', SEED)];

/** Builders on an image of 8x8x1. */
const BUILDERS: Record<string, (image: SymbolicTensor) => SymbolicTensor[]> = {
  convBlock: withBlock(convBlock({ filters: 3, dropout: 0.2 })),
  'convBlock, batch norm': withBlock(convBlock({ filters: 3, norm: 'batch' })),
  'convBlock, instance norm': withBlock(convBlock({ filters: 3, norm: 'instance' })),
  'convBlock, group norm': withBlock(convBlock({ filters: 4, norm: 'group', activation: 'elu' })),
  UNetEncoder: withEncoder(UNetEncoder({ filters: [2, 3, 4], dropout: 0.2 })),
  ConvEncoder: withEncoder(ConvEncoder({ filters: [2, 3] })),
  UNetDecoder: withHead(UNetDecoder()),
  'UNetDecoder, attention, bilinear': withHead(UNetDecoder({ skips: 'attention', upsample: 'bilinear' })),
  'UNetDecoder, no skips, transpose': withHead(UNetDecoder({ skips: 'none', upsample: 'transpose' })),
  'UNetDecoder, transpose, instance norm': withHead(UNetDecoder({ upsample: 'transpose', norm: 'instance' })),
  'UNetDecoder, 3 classes': withHead(UNetDecoder({ channels: 3, activation: 'softmax' })),
  MLPHead: withHead(MLPHead({ conv: 3, units: [5, 4], outputs: 2 })),
  'MLPHead, no conv': withHead(MLPHead({ conv: 0, units: [], activation: 'linear' })),
};

function buildLayer({ make, shapes }: (typeof LAYERS)[string]): LayersModel {
  const inputs = shapes.map((shape) => input({ shape }));
  const outputs = make().apply(inputs.length === 1 ? inputs[0] : inputs) as SymbolicTensor;
  return toModel({ inputs, outputs });
}

function buildBuilder(build: (image: SymbolicTensor) => SymbolicTensor[]): LayersModel {
  const image = input({ shape: [8, 8, 1] });
  return toModel({ inputs: image, outputs: build(image) });
}

const MODELS: Record<string, () => LayersModel> = {
  ...Object.fromEntries(Object.entries(LAYERS).map(([name, layer]) => [name, () => buildLayer(layer)])),
  ...Object.fromEntries(Object.entries(BUILDERS).map(([name, build]) => [name, () => buildBuilder(build)])),
};

function samples(net: LayersModel): Tensor[] {
  return net.inputs.map(({ shape }, i) => randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 11 + i));
}

const run = (net: LayersModel, x: Tensor[], training = false) => [net.apply(x, { training }) as Tensor].flat();

describe.each(Object.entries(LAYERS))('%s', (_, { make }) => {
  it('is the same after its config went through JSON', () => {
    const layer = make();
    const config = JSON.parse(JSON.stringify(layer.getConfig()));
    const Class = layer.constructor as new (config: object) => layers.Layer;
    expect(JSON.parse(JSON.stringify(new Class(config).getConfig()))).toEqual(config);
  });

  it("has a class name that cannot meet another library's", () => {
    expect(make().getClassName()).toMatch(/^TfjsMultitask/);
  });
});

describe.each(Object.entries(MODELS))('%s', (_, build) => {
  it('gives the shape that it announces', () => {
    const net = build();
    tidy(() => {
      const outputs = run(net, samples(net));
      expect(outputs.map((y) => y.shape)).toEqual(net.outputs.map((y) => [2, ...y.shape.slice(1)]));
    });
    net.dispose();
  });

  it('changes every layer that has weights in one training step', async () => {
    const net = build();
    const x = samples(net);
    const trained = net.layers.filter((layer) => layer.trainableWeights.length > 0);
    const read = () => trained.map((layer) => layer.trainableWeights.map((w) => Array.from(w.read().dataSync())));
    const before = read();
    const optimizer = train.sgd(0.1);
    tidy(() => {
      const factors = net.outputs.map(({ shape }, i) =>
        randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 50 + i),
      );
      const loss = () => addN(run(net, x, true).map((y, i) => sum(mul(y, factors[i])))) as Scalar;
      const variables = trained.flatMap((layer) => layer.trainableWeights.map((w) => w.read() as Variable));
      if (variables.length > 0) optimizer.applyGradients(variableGrads(loss, variables).grads);
    });
    const after = read();
    for (const [i, layer] of trained.entries()) expect(after[i], layer.name).not.toEqual(before[i]);
    for (const tensor of x) tensor.dispose();
    optimizer.dispose();
    net.dispose();
  });

  it('gives identical outputs after saving and loading', async () => {
    const net = build();
    registerLayers();
    const loaded = await loadLayersModel(await saved(net));
    tidy(() => {
      const x = samples(net);
      const outputs = run(loaded, x).map((y) => Array.from(y.dataSync()));
      expect(outputs).toEqual(run(net, x).map((y) => Array.from(y.dataSync())));
    });
    expect(loaded.weights.map((w) => w.originalName)).toEqual(net.weights.map((w) => w.originalName));
    loaded.dispose();
    net.dispose();
  });

  it('leaves no tensor when it is disposed', () => {
    const before = memory().numTensors;
    const net = build();
    tidy(() => void run(net, samples(net), true));
    net.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
