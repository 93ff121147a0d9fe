import { add, memory, type Tensor, tensor, tensor1d, train, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { MLPHead, SegmentationHead, UNetEncoder, withDecoder } from '../../../src/layers/index';
import { focalTversky, generalizedDice, jaccard, mse, softDice, tversky } from '../../../src/losses/index';
import { copyWeights, deepSupervision, multitask } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/trainer';
import { fixedWeights } from '../../../src/train/weightings/fixed-weights';
import type { Batch, MultitaskModel, Source } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { inputsOf } from './graph';

useCpu();

const encoder = withDecoder(UNetEncoder({ filters: [2, 2, 2] }));
const grade = MLPHead({ filters: 0, units: [], dropout: 0 });

function build() {
  const { heads } = deepSupervision('mask', SegmentationHead(), 3);
  return multitask({ inputShape: [4, 4, 1], encoder, heads: { ...heads, grade }, seed: 2 });
}

/** A source of given batches. */
const sourceOf = (...given: Batch<'mask' | 'grade'>[]): Source<'mask' | 'grade'> =>
  Object.assign(() => given, { steps: given.length });

describe('deepSupervision', () => {
  it('has a head at each level, as tasks with names and types', () => {
    const model = build();
    expectTypeOf(model).toEqualTypeOf<MultitaskModel<'mask' | 'mask-2' | 'mask-3' | 'grade'>>();
    expect(model.tasks).toEqual(['mask', 'mask-2', 'mask-3', 'grade']);
    expect(model.net.outputs.map(({ shape }) => shape.slice(1))).toEqual([[4, 4, 1], [2, 2, 1], [1, 1, 1], [1]]);
    expect(inputsOf(model, 'mask-2/maps/conv1')).toEqual(['encoder/dec2/conv2']);
    model.dispose();
  });

  it('halves the weight from level to level, to a sum of 1', () => {
    expect(deepSupervision('mask', SegmentationHead(), 2).weights).toEqual({ mask: 2 / 3, 'mask-2': 1 / 3 });
    expect(deepSupervision('mask', SegmentationHead(), 3).weights).toEqual({
      mask: 4 / 7,
      'mask-2': 2 / 7,
      'mask-3': 1 / 7,
    });
  });

  it('gives the coarser levels the means of the labels, with the weights of the samples', async () => {
    const { labels } = deepSupervision('mask', SegmentationHead(), 3);
    const mask = tensor(
      [
        [0, 1, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
      ].flat(),
      [1, 4, 4, 1],
    );
    const batch = { x: zeros([1, 4, 4, 1]), y: { mask, grade: tensor([[1]]) }, weight: { mask: tensor1d([0.5]) } };
    const source = labels(sourceOf(batch, { x: batch.x, y: { grade: batch.y.grade } }));
    expectTypeOf(source).toEqualTypeOf<Source<'mask' | 'mask-2' | 'mask-3' | 'grade'>>();
    expect(source.steps).toBe(2);
    const before = memory().numTensors;
    const seen: unknown[] = [];
    for await (const { x, y, weight } of source(0)) {
      expect(x).toBe(batch.x);
      const values = Object.entries(y).map(([task, label]) => [task, label.shape, Array.from(label.dataSync())]);
      seen.push([values.filter(([task]) => /-/.test(task as string)), Object.keys(y), weight]);
    }
    const { mask: weight } = batch.weight;
    expect(seen).toEqual([
      [
        [
          ['mask-2', [1, 2, 2, 1], [0.75, 0, 0, 0.25]],
          ['mask-3', [1, 1, 1, 1], [0.25]],
        ],
        ['mask', 'grade', 'mask-2', 'mask-3'],
        { mask: weight, 'mask-2': weight, 'mask-3': weight },
      ],
      [[], ['grade'], {}],
    ]);
    for await (const _ of source(0)) break;
    expect(memory().numTensors).toBe(before);
    for (const value of [batch.x, mask, batch.y.grade, weight]) value.dispose();
  });

  it('takes means of what is known, and weighs them by how much that is', async () => {
    const { labels } = deepSupervision('mask', SegmentationHead(), 2, { ignoreIndex: 255 });
    // Of the four blocks: one half known, one weighted 3 to 1, one ignored, one that weighs nothing and holds NaN.
    const rows = [
      [1, 1, 0, 1],
      [0, 255, 0, 0],
      [255, 255, Number.NaN, 1],
      [255, 255, 0, 1],
    ];
    const weights = [
      [1, 0, 0, 3],
      [1, 1, 1, 0],
      [1, 1, 0, 0],
      [1, 1, 0, 0],
    ];
    const tensors = { mask: tensor(rows.flat(), [1, 4, 4, 1]), weight: tensor(weights.flat(), [1, 4, 4, 1]) };
    const x = zeros([1, 4, 4, 1]);
    const before = memory().numTensors;
    for await (const { y, weight } of labels(
      sourceOf({ x, y: { mask: tensors.mask }, weight: { mask: tensors.weight } }),
    )(0)) {
      expect(Array.from(y['mask-2']!.dataSync())).toEqual([0.5, 0.75, 255, 255]);
      expect(Array.from(weight!['mask-2']!.dataSync())).toEqual([0.75, 1, 1, 0]);
    }
    for await (const { y, weight } of labels(sourceOf({ x, y: { mask: tensors.mask } }))(0)) {
      const [half, quarter, nothing] = Array.from(y['mask-2']!.dataSync());
      expect(half).toBeCloseTo(2 / 3, 6);
      expect([quarter, nothing]).toEqual([0.25, 255]);
      expect(weight).toEqual({});
    }
    expect(memory().numTensors).toBe(before);
    for (const value of [x, tensors.mask, tensors.weight]) value.dispose();
    expect(() => deepSupervision('mask', SegmentationHead(), 2, { ignore: 255 } as object)).toThrow(
      "Did you mean 'ignoreIndex'?",
    );
  });

  it('makes labels that losses over regions are least at', async () => {
    const { labels } = deepSupervision('mask', SegmentationHead(), 2);
    const mask = tensor(
      [0, 1, 1, 0].flatMap((v) => [v, 1, 0, v]),
      [1, 4, 4, 1],
    );
    const x = zeros([1, 4, 4, 1]);
    for await (const { y } of labels(sourceOf({ x, y: { mask } }))(0)) {
      const label = y['mask-2']!;
      const at = (shift: number) => {
        const losses = [softDice(), jaccard(), tversky(), focalTversky(), generalizedDice()];
        return losses.map((loss) => loss(label, add(label, shift)).dataSync()[0]);
      };
      for (const [i, least] of at(0).entries()) {
        expect(least).toBeCloseTo(0, 6);
        for (const shift of [-0.25, -0.01, 0.01, 0.25]) expect(at(shift)[i]).toBeGreaterThan(least);
      }
    }
    mask.dispose();
    x.dispose();
  });

  it('trains, is scored on plain labels, and leaves a model without the coarser outputs', async () => {
    const supervised = deepSupervision('mask', SegmentationHead(), 3);
    const model = build();
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0.1),
      losses: { mask: mse(), 'mask-2': mse(), 'mask-3': mse(), grade: mse() },
      weighting: fixedWeights(supervised.weights),
    });
    const batch = { x: zeros([1, 4, 4, 1]), y: { mask: zeros([1, 4, 4, 1]), grade: tensor([[1]]) } };
    for await (const one of supervised.labels(sourceOf(batch))(0)) {
      const { loss, losses } = await trainer.step(one);
      const { mask, 'mask-2': second, 'mask-3': third, grade: last } = losses;
      expect(loss).toBeCloseTo((4 * mask! + 2 * second! + third!) / 7 + last!, 5);
    }
    const scores = await trainer.evaluate(sourceOf(batch));
    expect([scores.mask.loss, scores.grade.loss].every(Number.isFinite)).toBe(true);
    const plain = multitask({
      inputShape: [4, 4, 1],
      encoder,
      heads: { mask: deepSupervision('mask', SegmentationHead(), 3).heads.mask, grade },
    });
    copyWeights(model.net, plain.net, '');
    const [all, some] = [model.predict(batch.x), plain.predict(batch.x)] as Record<string, Tensor>[];
    expect(Array.from(some.mask.dataSync())).toEqual(Array.from(all.mask.dataSync()));
    for (const value of [...Object.values(all), ...Object.values(some), batch.x, batch.y.mask, batch.y.grade]) {
      value.dispose();
    }
    trainer.dispose();
    model.dispose();
    plain.dispose();
  });

  it('refuses labels that cannot be halved, and too few or too many levels', async () => {
    const { labels } = deepSupervision('mask', SegmentationHead(), 3);
    const batch = { x: zeros([1, 6, 4, 1]), y: { mask: zeros([1, 6, 4, 1]) } };
    const before = memory().numTensors;
    const first = async () => {
      for await (const _ of labels(sourceOf(batch))(0)) return;
    };
    await expect(first()).rejects.toThrow(
      new RangeError(
        "deepSupervision: the labels of 'mask' must have the shape [batch, height, width, channels] with sides that are " +
          'multiples of 4, got [1,6,4,1].',
      ),
    );
    expect(memory().numTensors).toBe(before);
    batch.x.dispose();
    batch.y.mask.dispose();
    expect(() => deepSupervision('mask', SegmentationHead(), 1 as 2)).toThrow(
      'deepSupervision: levels must be an integer of at least 2, got 1.',
    );
    expect(() => deepSupervision('mask', SegmentationHead(), 6 as 5)).toThrow(
      new RangeError('deepSupervision: levels must be at most 5, got 6.'),
    );
  });
});
