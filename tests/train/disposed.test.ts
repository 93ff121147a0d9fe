import { ones, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createTrainer, uncertainty } from '../../src/train/index';
import { useCpu } from '../support/cpu';
import { squares, tinyModel } from '../support/tiny-model';

useCpu();

const losses = { a: squares, b: squares };
const make = (model = tinyModel()) => createTrainer(model, { optimizer: train.sgd(0.1), losses });
const gone = ones([1, 2]);
gone.dispose();

describe('a trainer', () => {
  it('names what was disposed in a batch, or is no tensor', async () => {
    const trainer = make();
    const [x, label] = [ones([1, 2]), ones([1, 1])];
    await expect(trainer.step({ x: gone, y: {} })).rejects.toThrow(new Error('batch.x has been disposed.'));
    await expect(trainer.step({ x, y: { a: gone } })).rejects.toThrow(new Error('batch.y.a has been disposed.'));
    await expect(trainer.step({ x, y: { b: label }, weight: { b: gone } })).rejects.toThrow(
      new Error('batch.weight.b has been disposed.'),
    );
    await expect(trainer.evaluate(() => [{ x: gone, y: {} }])).rejects.toThrow('batch.x has been disposed.');
    await expect(trainer.fit(() => [{ x: gone, y: {} }], { epochs: 1 })).rejects.toThrow(
      'fit: epoch 0, step 1: batch.x has been disposed.',
    );
    await expect(trainer.step({ x: [[1, 2]] as never, y: {} })).rejects.toThrow('batch.x must be a tensor, such as');
    await expect(trainer.step({ x, y: { a: [1] as never } })).rejects.toThrow('batch.y.a must be a tensor, such as');
    trainer.dispose();
    trainer.model.dispose();
  });

  it('refuses everything but its disposal once its model was disposed', async () => {
    const trainer = make();
    const [x, label] = [ones([1, 2]), ones([1, 1])];
    const state = await trainer.save();
    trainer.model.dispose();
    const source = () => [{ x, y: { a: label } }];
    await expect(trainer.step(source()[0])).rejects.toThrow(new Error('step: the model has been disposed.'));
    await expect(trainer.fit(source, { epochs: 1 })).rejects.toThrow(new Error('fit: the model has been disposed.'));
    await expect(trainer.evaluate(source)).rejects.toThrow(new Error('evaluate: the model has been disposed.'));
    await expect(trainer.predict(x)).rejects.toThrow(new Error('predict: the model has been disposed.'));
    await expect(trainer.save()).rejects.toThrow(new Error('save: the model has been disposed.'));
    expect(() => trainer.load(state)).toThrow(new Error('load: the model has been disposed.'));
    trainer.dispose();
    expect(() => make(trainer.model)).toThrow(new Error('createTrainer: model.net has been disposed.'));
  });

  it('refuses a weighting that another trainer has disposed', () => {
    const model = tinyModel();
    const weighting = uncertainty({ a: 'regression', b: 'regression' });
    createTrainer(model, { optimizer: train.sgd(0.1), losses, weighting }).dispose();
    expect(() => createTrainer(model, { optimizer: train.sgd(0.1), losses, weighting })).toThrow(
      'createTrainer: weighting has been disposed, which a trainer does with the one that it was given; make one for each.',
    );
    model.dispose();
  });
});
