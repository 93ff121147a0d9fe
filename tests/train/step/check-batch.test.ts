import type { Tensor } from '@tensorflow/tfjs-core';
import { ones, tensor1d, tensor2d, train } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../../src/losses/index';
import { fromLayersModel } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/index';
import { useCpu } from '../../support/cpu';

useCpu();

describe('a batch with a label that cannot be', () => {
  const x = input({ shape: [1] });
  const kind = layers.dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(x) as SymbolicTensor;
  const model = fromLayersModel(layersModel({ inputs: x, outputs: kind }), ['kind']);
  const step = async (y: Tensor, weight?: Tensor) => {
    const trainer = createTrainer(model, { optimizer: train.sgd(0), losses: { kind: crossEntropy() } });
    const batch = { ids: ['left', 'right'], x: ones([2, 1]), y: { kind: y } };
    return trainer.step(weight === undefined ? batch : { ...batch, weight: { kind: weight } });
  };

  it('is told by the sample’s name', async () => {
    const labels = tensor2d([
      [1, 0, 0],
      [0, 255, 0],
    ]);
    await expect(step(labels)).rejects.toThrow(
      "batch.y.kind holds 255 in sample 1, 'right' (value 1); the task's loss wants labels in [0, 1]. Divide masks of 0 " +
        'and 255 by 255.',
    );
    await expect(step(labels, tensor1d([1, 0]))).resolves.toMatchObject({ amounts: { kind: 1 } });
  });

  it('is told what to write for numbers of classes', async () => {
    const message =
      'batch.y.kind must have shape [2, 3], got [2, 1]. Numbers of classes are made one-hot (oneHot(labels, 3)), or taken ' +
      'by sparseCrossEntropy.';
    await expect(step(tensor2d([[1], [2]]))).rejects.toThrow(message);
  });
});
