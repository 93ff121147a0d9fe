import { randomNormal, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import { film, hardSharing, multitask } from '../../../src/models/index';
import type { MultitaskModel } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { inputsOf } from './graph';
import { tinyEncoder, tinyShared } from './models';

useCpu();

const numbers = (outputs: Tensor | Tensor[]) => [outputs].flat().map((y) => Array.from(y.dataSync()));

describe('film', () => {
  it.each([
    ['a U-Net', tinyEncoder],
    ['a U-Net with normalization and dropout', UNetEncoder({ filters: [2, 4], norm: 'instance', dropout: 0.3 })],
  ])('starts as one encoder for all tasks: %s', (_, encoder) => {
    const models = [tinyShared(film(), { encoder }), tinyShared(hardSharing(), { encoder })];
    tidy(() => {
      const x = randomNormal([3, 4, 4, 1], 0, 1, 'float32', 2);
      const [given, expected] = models.map(({ net }) => numbers(net.predict(x)));
      expect(given).toEqual(expected);
    });
    for (const model of models) model.dispose();
  });

  it("changes a task's output by its own numbers alone, at every level", () => {
    const model = tinyShared(film());
    tidy(() => {
      const x = randomNormal([2, 4, 4, 1], 0, 1, 'float32', 2);
      const [mask, grade] = numbers(model.net.predict(x));
      for (const layer of ['encoder/film1', 'encoder/film2'].map((name) => model.net.getLayer(name))) {
        const [gamma, beta] = layer.getWeights();
        const channels = gamma.shape[1]!;
        layer.setWeights([gamma, tensor([Array(channels).fill(0), Array(channels).fill(1)])]);
        const [sameMask, otherGrade] = numbers(model.net.predict(x));
        expect(sameMask).toEqual(mask);
        expect(otherGrade).not.toEqual(grade);
        layer.setWeights([gamma, beta]);
      }
    });
    model.dispose();
  });

  it('modulates a level before the next one and the heads see it', () => {
    const model = tinyShared(film());
    expect(inputsOf(model, 'encoder/level1/conv1')).toEqual(['encoder/repeat']);
    expect(inputsOf(model, 'encoder/level2/pool')).toEqual(['encoder/film1']);
    expect(inputsOf(model, 'encoder/mask/slice1')).toEqual(['encoder/film1']);
    expect(inputsOf(model, 'mask/dec1/concat')[0]).toBe('encoder/mask/slice1');
    expect(inputsOf(model, 'grade/flatten')).toEqual(['encoder/grade/slice2']);
    model.dispose();
  });

  it('leaves the names of the tasks in the type of the model, and one task is enough', () => {
    const parts = { inputShape: [4, 4, 1], encoder: tinyEncoder, sharing: film() };
    const two = multitask({ ...parts, heads: { mask: UNetDecoder(), grade: MLPHead({ filters: 0 }) } });
    expectTypeOf(two).toEqualTypeOf<MultitaskModel<'mask' | 'grade'>>();
    const one = multitask({ ...parts, heads: { mask: UNetDecoder() } });
    expect(one.net.getLayer('encoder/film2').getWeights()[0].shape).toEqual([1, 4]);
    // @ts-expect-error a way of sharing is no encoder
    expect(() => multitask({ ...parts, encoder: film(), heads: { mask: UNetDecoder() } })).toThrow();
    one.dispose();
    two.dispose();
  });
});
