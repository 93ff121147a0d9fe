import { readFileSync } from 'node:fs';
import {
  mul,
  sum,
  type Tensor,
  tensor,
  tidy,
  grads as toGradients,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  AttentionGate,
  BilinearUpsampling,
  ConvEncoder,
  convBlock,
  GroupNorm,
  InstanceNorm,
  MLPHead,
  UNetDecoder,
  UNetEncoder,
} from '../../../src/layers/index';
import { multitask } from '../../../src/models/index';
import type { Encoder, Head, MultitaskModel } from '../../../src/types';
import { useCpu } from '../../support/cpu';

useCpu();

type Nested = number[] | Nested[];
interface Case {
  readonly inputs: Nested[];
  readonly dy: Nested;
  readonly y: Nested;
  readonly dx: Nested[];
}
interface NormCase extends Case {
  readonly gamma: number[];
  readonly beta: number[];
  readonly dgamma: number[];
  readonly dbeta: number[];
}
interface Golden {
  readonly instance: NormCase;
  readonly group: NormCase;
  readonly kerasGroup: { x: Nested; gamma: number[]; beta: number[]; y: Nested };
  readonly bilinear: Case & { keras: Nested };
  readonly attention: Case & { weights: Record<string, Nested> };
  readonly unet: { x: Nested; y: Nested };
  readonly softmaxUnet: { x: Nested; y: Nested };
  readonly cnn: { x: Nested; y: Nested };
  readonly head: { x: Nested; y: Nested };
}
const golden: Golden = JSON.parse(readFileSync(new URL('./layers.json', import.meta.url), 'utf8'));

function expectClose(found: Tensor, expected: Nested, digits = 5): void {
  const wanted = tensor(expected as number[]);
  expect(found.shape).toEqual(wanted.shape);
  const numbers = wanted.dataSync();
  for (const [i, value] of found.dataSync().entries()) expect(value).toBeCloseTo(numbers[i], digits);
}

/** Compares value and input gradients; gives the gradients of the weights in their order. */
function check(layer: layers.Layer, found: Case): Tensor[] {
  const inputs = found.inputs.map((x) => tensor(x as number[]));
  const one = (x: Tensor[]) => layer.apply(x.length === 1 ? x[0] : x) as Tensor;
  expectClose(one(inputs), found.y);
  const dy = tensor(found.dy as number[]);
  const dx = toGradients((...x: Tensor[]) => one(x))(inputs, dy);
  for (const [i, gradient] of dx.entries()) expectClose(gradient, found.dx[i]);
  const variables = layer.trainableWeights.map((weight) => weight.read() as Variable);
  if (variables.length === 0) return [];
  const { grads } = variableGrads(() => sum(mul(one(inputs), dy)), variables);
  return variables.map((variable) => grads[variable.name]);
}

describe.each([
  ['InstanceNorm', 'torch.nn.InstanceNorm2d', () => new InstanceNorm(), golden.instance],
  ['GroupNorm', 'torch.nn.GroupNorm', () => new GroupNorm({ groups: 3 }), golden.group],
] as const)('%s', (_, reference, make, found) => {
  it(`equals ${reference}, value and gradients`, () => {
    tidy(() => {
      const layer = make();
      layer.build([null, ...tensor(found.inputs[0] as number[]).shape.slice(1)]);
      layer.setWeights([tensor(found.gamma), tensor(found.beta)]);
      const [dgamma, dbeta] = check(layer, found);
      expectClose(dgamma, found.dgamma, 4);
      expectClose(dbeta, found.dbeta, 4);
    });
  });
});

it('GroupNorm equals keras.layers.GroupNormalization', () => {
  tidy(() => {
    const { x, gamma, beta, y } = golden.kerasGroup;
    const layer = new GroupNorm({ groups: 2, epsilon: 1e-3 });
    const images = tensor(x as number[]);
    layer.build(images.shape);
    layer.setWeights([tensor(gamma), tensor(beta)]);
    expectClose(layer.apply(images) as Tensor, y);
  });
});

it('BilinearUpsampling equals torch (align_corners=False), value and gradient, and Keras', () => {
  tidy(() => {
    check(new BilinearUpsampling(), golden.bilinear);
    const x = tensor(golden.bilinear.inputs[0] as number[]);
    expectClose(new BilinearUpsampling().apply(x) as Tensor, golden.bilinear.keras);
  });
});

it('AttentionGate equals the formula of its source in torch, value and gradients', () => {
  tidy(() => {
    const layer = new AttentionGate({ filters: 2 });
    layer.build(golden.attention.inputs.map((x) => tensor(x as number[]).shape));
    const names = ['skip_kernel', 'gate_kernel', 'gate_bias', 'psi_kernel', 'psi_bias'];
    layer.setWeights(names.map((name) => tensor(golden.attention.weights[name] as number[])));
    check(layer, golden.attention);
  });
});

describe('with the same weights as in Keras', () => {
  const formula = (size: number, value: (i: number) => number, shape: number[]) =>
    tensor(
      Float32Array.from({ length: size }, (_, i) => value(i)),
      shape,
    );

  function expectAsInKeras(build: () => MultitaskModel<'task'>, found: { x: Nested; y: Nested }) {
    const model = build();
    tidy(() => {
      // One path from input to output: the order of depth is the order of construction.
      const weighted = model.net.layers.filter((layer) => layer.weights.length > 0);
      for (const [k, layer] of weighted.entries()) {
        const [kernel, bias] = layer.getWeights();
        layer.setWeights([
          formula(kernel.size, (i) => 0.4 * Math.sin(1.7 * k + 0.37 * i + 0.2), kernel.shape),
          formula(bias.size, (j) => 0.1 + 0.05 * Math.cos(k + j), bias.shape),
        ]);
      }
      expectClose(model.predict(tensor(found.x as number[])).task, found.y);
    });
    model.dispose();
  }

  const of = (side: number, encoder: Encoder, task: Head) => () =>
    multitask({ inputShape: [side, side, 1], encoder, heads: { task } });

  it('UNetEncoder and UNetDecoder give the output of the Keras U-Net', () => {
    expectAsInKeras(of(8, UNetEncoder({ filters: [2, 3, 4] }), UNetDecoder()), golden.unet);
  });

  it('UNetDecoder gives the class probabilities of the Keras U-Net', () => {
    const decoder = UNetDecoder({ channels: 3, activation: 'softmax' });
    expectAsInKeras(of(4, UNetEncoder({ filters: [2, 3] }), decoder), golden.softmaxUnet);
  });

  it('ConvEncoder and MLPHead give the output of the Keras CNN', () => {
    expectAsInKeras(of(8, ConvEncoder({ filters: [2, 3] }), MLPHead({ filters: 0, units: [128] })), golden.cnn);
  });

  it('MLPHead gives the output of the Keras head', () => {
    const stem: Encoder = (x, name) => ({ skips: [], bottleneck: convBlock({ filters: 4, convs: 1 })(x, name) });
    const head = MLPHead({ filters: 5, units: [6, 3], outputs: 2, activation: 'softmax' });
    expectAsInKeras(of(4, stem, head), golden.head);
  });
});
