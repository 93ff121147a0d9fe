import {
  grad,
  type Scalar,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { layers, model as layersModel, type SymbolicTensor, input as symbolicInput } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fuseBatchNorm } from '../../../src/layers/fused/fuse-batch-norm';
import { fuseLayerNorm } from '../../../src/layers/fused/fuse-layer-norm';
import { useCpu } from '../../support/cpu';

useCpu();

const x = [[1, 3], [2, 8]]; // biome-ignore format: one sample each
const VALUES: Readonly<Record<string, readonly number[]>> = { gamma: [2, 5], beta: [3, 4] };

function build(args: Parameters<typeof layers.layerNormalization>[0]): layers.Layer {
  const norm = layers.layerNormalization({ ...args, name: 'norm', epsilon: 0 });
  const input = symbolicInput({ shape: [2] });
  layersModel({ inputs: input, outputs: norm.apply(input) as SymbolicTensor });
  norm.setWeights(norm.weights.map(({ originalName }) => tensor1d([...VALUES[originalName.replace('norm/', '')]])));
  return fuseLayerNorm(norm);
}

describe.each([true, false])('a layer normalization, training: %s', (training) => {
  // By hand: both samples are [-1, 1] when they are normalized.
  it.each([
    [{ center: false, scale: false }, [-1, 1], []],
    [{ center: false }, [-2, 5], [-2, 2]],
    [{ scale: false }, [2, 5], [2, 2]],
    [{}, [1, 9], undefined],
  ])('with %j has values and gradients', async (args, row, slopes) => {
    const norm = build(args);
    const y = norm.apply(tensor2d(x), { training }) as Tensor;
    for (const [i, value] of [...(await y.data())].entries()) expect(value).toBeCloseTo(row[i % 2], 5);
    if (slopes === undefined) return;
    const variables = norm.trainableWeights.map((weight) => weight.read() as Variable);
    if (variables.length === 0) {
      // A sum of what was normalized is 0 whatever the input.
      const slope = grad((input) => sum(norm.apply(input, { training }) as Tensor))(tensor2d(x));
      for (const value of await slope.data()) expect(value).toBeCloseTo(0, 5);
      return;
    }
    const { grads } = variableGrads(() => sum(norm.apply(tensor2d(x), { training }) as Tensor) as Scalar, variables);
    const found = [...(await grads[variables[0].name].data())];
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(slopes[i], 5);
  });
});

it('a batch normalization without factor has gradients in prediction too', async () => {
  const norm = fuseBatchNorm(layers.batchNormalization({ scale: false, center: false, epsilon: 0 }));
  const input = symbolicInput({ shape: [2] });
  layersModel({ inputs: input, outputs: norm.apply(input) as SymbolicTensor });
  norm.setWeights([tensor1d([1, 1]), tensor1d([4, 4])]);
  const slope = grad((at) => sum(norm.apply(at, { training: false }) as Tensor))(tensor2d(x));
  expect([...(await slope.data())]).toEqual([0.5, 0.5, 0.5, 0.5]);
});
