import { train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { softDice } from '../../src/losses/index';
import { accuracy, dice } from '../../src/metrics/index';
import { createTrainer, uncertainty } from '../../src/train/index';
import type { Loss } from '../../src/types';
import { useCpu } from '../support/cpu';
import { squares, tinyModel } from '../support/tiny-model';

useCpu();

/** What is said where the trainer of a model with the tasks a and b is given this. */
function made(options: object) {
  return () => {
    const model = tinyModel();
    try {
      createTrainer(model, {
        optimizer: train.sgd(0.1),
        losses: { a: squares, b: squares },
        ...options,
      } as never).dispose();
    } finally {
      model.dispose();
    }
  };
}

describe('losses that are none', () => {
  it.each<[unknown, string]>([
    [softDice, 'createTrainer: losses.b is not called, got softDice; write softDice().'],
    ['softDice', "createTrainer: losses.b must be a function, such as softDice(), got 'softDice'."],
    [() => softDice(), 'createTrainer: losses.b is not called'],
    [{}, 'createTrainer: losses.b must be a function, such as softDice(), got an object.'],
  ])('%o', (loss, message) => {
    expect(made({ losses: { a: squares, b: loss } })).toThrow(TypeError);
    expect(made({ losses: { a: squares, b: loss } })).toThrow(message);
  });

  it("takes one's own, written in any way", () => {
    const own: Loss[] = [(yTrue, yPred) => squares(yTrue, yPred), (...args) => squares(...args)];
    for (const loss of own) expect(made({ losses: { a: squares, b: loss } })).not.toThrow();
  });
});

describe('names of tasks', () => {
  it.each(['losses', 'metrics'])('of %s that the model does not have are named, with the nearest', (part) => {
    expect(made({ [part]: { a: squares, bb: squares } })).toThrow(
      `createTrainer: ${part} name the unknown task 'bb'; the model has a, b. Did you mean 'b'?`,
    );
  });

  it('that are missing are named', () => {
    expect(made({ losses: { a: squares } })).toThrow('createTrainer: no loss for b;');
  });
});

describe('metrics without a name', () => {
  it.each<[unknown, string]>([
    [
      dice(),
      'createTrainer: metrics.a must be an object of metrics, got a metric; write metrics: { a: { dice: dice() } }',
    ],
    [dice, 'createTrainer: metrics.a must be an object, got a function; write metrics: { a: { dice: dice() } }'],
    [[dice()], 'createTrainer: metrics.a must be an object, got an array; write'],
    ['dice', "createTrainer: metrics.a must be an object, got 'dice'; write"],
    [
      { accuracy },
      'createTrainer: metrics.a.accuracy must be a metric, with init(), such as auc() returns, got a function; call it: accuracy().',
    ],
  ])('%o', (ofTask, message) => {
    expect(made({ metrics: { a: ofTask } })).toThrow(TypeError);
    expect(made({ metrics: { a: ofTask } })).toThrow(message);
  });
});

it('a weighting that is not called', () => {
  expect(made({ weighting: uncertainty })).toThrow('got a function; call it: uncertainty().');
});
