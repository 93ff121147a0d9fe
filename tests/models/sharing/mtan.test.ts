import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { model as layersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ConvEncoder, MLPHead } from '../../../src/layers/index';
import { mtan, multitask } from '../../../src/models/index';
import { useCpu } from '../../support/cpu';
import { behind, inputsOf } from './graph';
import { tinyShared } from './models';

useCpu();

/** Row by row a 1x1 convolution: [pixels][from] x [from][to] + [to]. */
function pointwise(x: number[][], kernel: ArrayLike<number>, bias: ArrayLike<number>, f: (v: number) => number) {
  const to = bias.length;
  return x.map((pixel) =>
    Array.from({ length: to }, (_, k) => f(pixel.reduce((sum, v, c) => sum + v * kernel[c * to + k], bias[k]))),
  );
}

/** A 3x3 convolution with zeros around it, of one image of size x size. */
function threeByThree(x: number[][], size: number, kernel: ArrayLike<number>, bias: ArrayLike<number>): number[][] {
  const [from, to] = [x[0].length, bias.length];
  return x.map((_, p) =>
    Array.from({ length: to }, (_, k) => {
      let sum = bias[k];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [row, column] = [Math.floor(p / size) + dy, (p % size) + dx];
          if (row < 0 || column < 0 || row >= size || column >= size) continue;
          for (let c = 0; c < from; c++) {
            sum += x[row * size + column][c] * kernel[((dy + 1) * 3 + dx + 1) * from * to + c * to + k];
          }
        }
      }
      return Math.max(0, sum);
    }),
  );
}

const pool = (x: number[][], size: number): number[][] =>
  Array.from({ length: (size / 2) ** 2 }, (_, p) => {
    const [row, column] = [2 * Math.floor(p / (size / 2)), 2 * (p % (size / 2))];
    const corner = row * size + column;
    return x[0].map((_, c) => Math.max(...[0, 1, size, size + 1].map((offset) => x[corner + offset][c])));
  });

const rows = (x: Tensor): number[][] => {
  const channels = x.shape.at(-1)!;
  const values = Array.from(x.dataSync());
  return Array.from({ length: values.length / channels }, (_, p) => values.slice(p * channels, (p + 1) * channels));
};

describe('mtan', () => {
  it('weighs the shared feature map of each level as the formula says', () => {
    const model = tinyShared(mtan({ norm: 'none' }));
    const output = (layer: string) => model.net.getLayer(layer).output as (typeof model.net.outputs)[number];
    const layers = ['encoder/level1/conv2', 'encoder/level2/conv2', 'encoder/mask/attention1/masked'];
    const probe = layersModel({
      inputs: model.net.inputs,
      outputs: [...layers, 'encoder/mask/attention2/masked'].map(output),
    });
    tidy(() => {
      const [p1, p2, f1, f2] = (probe.predict(randomNormal([1, 4, 4, 1], 0, 1, 'float32', 3)) as Tensor[]).map(rows);
      const weights = (layer: string) => {
        const [kernel, bias] = model.net.getLayer(`encoder/mask/${layer}`).getWeights();
        return [kernel.dataSync(), bias.dataSync()] as const;
      };
      const relu = (v: number) => Math.max(0, v);
      const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
      const masked = (level: number, shared: number[][], seen: number[][]) => {
        const hidden = pointwise(seen, ...weights(`attention${level}/conv1`), relu);
        const mask = pointwise(hidden, ...weights(`attention${level}/conv2`), sigmoid);
        return shared.map((pixel, p) => pixel.map((v, c) => v * mask[p][c]));
      };
      const first = masked(1, p1, p1);
      const down = pool(threeByThree(first, 4, ...weights('down2/conv1')), 4);
      const second = masked(
        2,
        p2,
        p2.map((pixel, p) => [...pixel, ...down[p]]),
      );
      for (const [given, expected] of [
        [f1, first],
        [f2, second],
      ]) {
        expect(given.length).toBe(expected.length);
        for (const [p, pixel] of expected.entries()) {
          for (const [c, v] of pixel.entries()) expect(given[p][c]).toBeCloseTo(v, 4);
        }
      }
    });
    model.dispose();
  });

  it('gives the heads the masked feature maps, each task its own', () => {
    const model = tinyShared(mtan());
    expect(inputsOf(model, 'mask/dec1/concat')[0]).toBe('encoder/mask/attention1/masked');
    expect(inputsOf(model, 'grade/flatten')).toEqual(['encoder/grade/attention2/masked']);
    expect(behind(model, 'grade').filter((name) => name.startsWith('encoder/mask/'))).toEqual([]);
    model.dispose();
  });

  it('follows an encoder that rounds odd sides up', () => {
    const model = multitask({
      inputShape: [6, 5, 1],
      encoder: ConvEncoder({ filters: [2, 3, 4] }),
      heads: { grade: MLPHead({ filters: 0, units: [] }) },
      sharing: mtan({ norm: 'none' }),
    });
    expect(model.net.getLayer('encoder/grade/attention4/masked').outputShape).toEqual([null, 1, 1, 4]);
    model.dispose();
  });

  it('refuses an unknown norm', () => {
    expect(() => mtan({ norm: 'layer' as 'batch' })).toThrow("mtan: norm must be one of 'none', 'batch'");
  });
});
