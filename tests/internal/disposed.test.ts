import { ones, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../src/data/index';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { bce, lossMetric, mse, perClass, softDice } from '../../src/losses/index';
import { auc, dice, score } from '../../src/metrics/index';
import { copyWeights, fromLayersModel, gradCam, multitask, predictAll } from '../../src/models/index';
import { alternate } from '../../src/train/index';
import { useCpu } from '../support/cpu';

useCpu();

const heads = { mask: UNetDecoder(), severity: MLPHead({ units: [2], filters: 2 }) };
const make = () => multitask({ inputShape: [8, 8, 1], encoder: UNetEncoder({ filters: [2, 4] }), heads });

function disposed(shape: number[] = [1, 8, 8, 1]) {
  const x = ones(shape);
  x.dispose();
  return x;
}

describe('a tensor that was disposed', () => {
  const x = disposed();

  it('is named by losses', () => {
    const kept = ones([1, 8, 8, 1]);
    expect(() => mse()(x, kept)).toThrow(new Error('mse: yTrue has been disposed.'));
    expect(() => bce()(kept, x)).toThrow(new Error('bce: yPred has been disposed.'));
    expect(() => softDice()(kept, kept, x)).toThrow(new Error('softDice: weight has been disposed.'));
    expect(() => perClass(softDice())(kept, x)).toThrow('yPred has been disposed.');
    kept.dispose();
  });

  it('is named by metrics', async () => {
    await expect(score(dice(), [1], x)).rejects.toThrow(new Error('dice: yPred has been disposed.'));
    await expect(score(auc(), x, [0, 1])).rejects.toThrow(new Error('auc: yTrue has been disposed.'));
    await expect(score(auc(), [0, 1], [0, 1], disposed([2]))).rejects.toThrow('auc: weight has been disposed.');
    await expect(score(lossMetric(mse()), [1], x)).rejects.toThrow(new Error('lossMetric: yPred has been disposed.'));
  });

  it('is named by datasets, also where it was disposed before it was needed', async () => {
    expect(() => arrayDataset({ x, y: { severity: [1] } })).toThrow(new Error('arrayDataset: x has been disposed.'));
    expect(() => arrayDataset({ x: [1], y: { severity: x } })).toThrow('arrayDataset: y.severity has been disposed.');
    const labels = tensor1d([1]);
    const dataset = arrayDataset({ x: [1], y: { severity: labels } });
    labels.dispose();
    await expect(dataset.read(0)).rejects.toThrow(
      'arrayDataset: y.severity is first needed now, and has been disposed.',
    );
  });

  it('is named by models', async () => {
    const model = make();
    expect(() => model.predict(x)).toThrow(new Error('predict: x has been disposed.'));
    expect(() => gradCam(model, x, { task: 'severity' })).toThrow(new Error('gradCam: x has been disposed.'));
    const all = predictAll(model, () => [{ x, y: {} }]);
    await expect(all.next()).rejects.toThrow(new Error('predict: x has been disposed.'));
    model.dispose();
  });

  it('is named where tasks take turns', async () => {
    const kept = ones([1, 1]);
    const source = alternate(() => [{ x: kept, y: { a: kept }, weight: { a: x } }], ['a']);
    const [batches] = [source(0) as AsyncGenerator];
    await expect(batches.next()).rejects.toThrow('alternate: batch.weight.a has been disposed.');
    kept.dispose();
  });
});

describe('a model that was disposed', () => {
  it('is refused by whatever takes it, in a sentence', async () => {
    const model = make();
    const other = make();
    model.dispose();
    const x = ones([1, 8, 8, 1]);
    expect(() => model.predict(x)).toThrow(new Error('predict: the model has been disposed.'));
    expect(() => gradCam(model, x, { task: 'severity' })).toThrow('gradCam: model.net has been disposed.');
    await expect(predictAll(model, () => [{ x, y: {} }]).next()).rejects.toThrow('model.net has been disposed.');
    expect(() => copyWeights(model.net, other.net, '')).toThrow(new Error('copyWeights: from has been disposed.'));
    expect(() => copyWeights(other.net, model.net, '')).toThrow(new Error('copyWeights: to has been disposed.'));
    expect(() => fromLayersModel(model.net, model.tasks)).toThrow(new Error('fromLayersModel: net has been disposed.'));
    await expect(model.net.save({ save: async () => ({}) as never })).rejects.toThrow(
      'save: the model has been disposed.',
    );
    other.dispose();
    x.dispose();
  });
});
