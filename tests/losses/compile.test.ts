import { tensor2d, tensor4d, tidy, train } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { bce, mse, softDice, sumOf } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate } from './evaluate';

useCpu();

describe('losses in net.compile', () => {
  it('train a net with three outputs of different rank, whose loss is the sum of the means of theirs', async () => {
    const x = input({ shape: [2, 2, 1] });
    const map = layers
      .conv2d({ filters: 1, kernelSize: 1, kernelInitializer: 'ones', activation: 'sigmoid', name: 'mask' })
      .apply(x);
    const image = layers.conv2d({ filters: 1, kernelSize: 1, kernelInitializer: 'ones', name: 'image' }).apply(x);
    const label = layers.dense({ units: 1, kernelInitializer: 'ones', activation: 'sigmoid', name: 'label' });
    const yes = label.apply(layers.flatten().apply(x));
    const net = model({ inputs: x, outputs: [image, map, yes] as SymbolicTensor[] });
    const losses = [mse(), sumOf([softDice(), bce()]), bce()];
    net.compile({ optimizer: train.sgd(0.1), loss: losses });

    const images = tensor4d([0, 0.5, 1, 0, 1, 1, 0, 0.5], [2, 2, 2, 1]);
    const masks = tensor4d([0, 0, 1, 0, 1, 1, 0, 0], [2, 2, 2, 1]);
    const labels = tensor2d([[1], [0]]);
    const targets = [images, masks, labels];
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const wanted = tidy(() => {
      const predictions = net.predict(images) as (typeof images)[];
      return losses
        .map((loss, i) => mean(evaluate(loss, targets[i].arraySync(), predictions[i].arraySync())))
        .reduce((a, b) => a + b, 0);
    });

    const { history } = await net.fit(images, targets, { epochs: 5, batchSize: 2, shuffle: false });
    expect(history.loss[0]).toBeCloseTo(wanted, 5);
    expect(history.loss[4]).toBeLessThan(history.loss[0] as number);
  });
});
