import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch, NDArray } from 'tfjs-multitask';
import { describe, expect, it } from 'vitest';
import { compareModels } from '../../examples/demo/compare';
import { type DemoTask, openData } from '../../examples/demo/data';
import { labelCounter } from '../../examples/demo/label-counter';
import { DEFAULTS } from '../../examples/demo/options';
import { describeOutcome } from '../../examples/demo/outcome';
import type { Pair, Scored } from '../../examples/demo/score-contender';
import { renderSeeds } from '../../examples/demo/seeds-table';
import { sourcesFor } from '../../examples/demo/sources';
import type { ModelSummary, Summary } from '../../examples/demo/summary';
import { useCpu } from '../support/cpu';

useCpu();

const options = { ...DEFAULTS, images: 60, size: 16, seed: 1, batch: 4, backend: 'cpu' };

async function maskedImages(
  tasks: readonly DemoTask[],
): Promise<{ steps: number; masks: number[][]; samples: number[] }> {
  const { train } = sourcesFor(await openData(options), tasks, options);
  const masks: number[][] = [];
  const samples: number[] = [];
  let steps = 0;
  for await (const { x, y, weight } of train(0) as AsyncIterable<Batch<DemoTask>>) {
    steps++;
    samples.push(x.shape[0]);
    if (y.segmentation === undefined) continue;
    const images = (await (x as Tensor).array()) as number[][][][];
    const known = (await weight?.segmentation?.data()) ?? images.map(() => 1);
    for (const [i, image] of images.entries()) if (known[i] > 0) masks.push(image.flat(2));
  }
  return { steps, masks, samples };
}

describe("the demo's batches", () => {
  it('show the same masks, turned alike, in as many steps to both models that segment', async () => {
    const shared = await maskedImages(['reconstruction', 'segmentation', 'classification']);
    const alone = await maskedImages(['segmentation']);
    expect(alone.masks).toEqual(shared.masks);
    expect(alone.masks.length).toBeGreaterThanOrEqual(2 * alone.steps);
    expect(alone.samples.reduce((sum, count) => sum + count, 0)).toBe(alone.masks.length);
    const classes = await maskedImages(['classification']);
    expect(classes.samples).toEqual(shared.samples);
    expect([alone.steps, classes.steps]).toEqual([shared.steps, shared.steps]);
  });

  it('are counted step by step, also by a run that goes on', async () => {
    const { train } = sourcesFor(await openData(options), ['segmentation'], options);
    const { masks, steps } = await maskedImages(['segmentation']);
    const first = labelCounter();
    let made = 0;
    for await (const _ of first.watch(train)(0) as AsyncIterable<unknown>) {
      first.callback.onStepEnd?.(undefined as never, undefined as never);
      if (++made === 3) break;
    }
    const second = labelCounter();
    second.callback.load?.(first.callback.save?.() ?? null);
    let passed = 0;
    for await (const _ of second.watch(train)(0) as AsyncIterable<unknown>) {
      if (++passed > 3) second.callback.onStepEnd?.(undefined as never, undefined as never);
    }
    expect(second.seen()).toEqual({ steps, reconstruction: 0, segmentation: masks.length, classification: 0 });
  });
});

const stack = (values: readonly number[], shape: readonly number[]): NDArray => ({
  data: Float32Array.from(values),
  shape,
});

function scored(masks: Pair | null, classes: Pair | null): Scored {
  const none = { dice: null, accuracy: null, sensitivity: null, specificity: null, auc: null };
  return { test: none, threshold: 0.5, masks, classes, curve: null, predictions: [] };
}

describe("the demo's comparison", () => {
  it('subtracts the mean Dice of the same images, and the AUC', async () => {
    const [yTrue, groups] = [stack([1, 1, 1, 1], [2, 2, 1, 1]), ['a', 'b']];
    // Dice 1 and 2/3; 2/3 and 2/3.
    const ours = { yTrue, groups, yPred: stack([1, 1, 1, 0], [2, 2, 1, 1]) };
    const theirs = { yTrue, groups, yPred: stack([0, 1, 1, 0], [2, 2, 1, 1]) };
    const labels = { yTrue: stack([0, 0, 1, 1], [4, 1]), groups: ['a', 'b', 'c', 'd'] };
    // Four pairs of a positive and a negative: all in order; three in order.
    const right = { ...labels, yPred: stack([0.1, 0.2, 0.7, 0.9], [4, 1]) };
    const wrong = { ...labels, yPred: stack([0.1, 0.8, 0.7, 0.9], [4, 1]) };
    const { dice, auc } = await compareModels(scored(ours, right), scored(theirs, null), scored(null, wrong));
    expect(dice?.value).toBeCloseTo((1 + 2 / 3) / 2 - 2 / 3, 12);
    expect([dice?.low, dice?.high]).toEqual([0, expect.closeTo(1 / 3, 12)]);
    expect(dice?.n).toBe(2);
    expect(auc?.value).toBe(0.25);
    expect(auc?.low).toBe(0);
    expect((await compareModels(scored(null, null), scored(null, null), scored(null, null))).dice).toBeNull();
  });
});

const estimate = (value: number, low: number, high: number) => ({ value, low, high, n: 50 });

function summary(seed: number, dice: number, auc: number): Summary {
  const model = (name: string, parameters: number, seconds: number, masks: number, test: object): ModelSummary => ({
    name,
    parameters,
    seconds,
    tasks: [],
    inputSize: 64,
    epochs: 2,
    backend: 'cpu',
    threshold: 0.5,
    seen: { steps: 100, reconstruction: 0, segmentation: masks, classification: 0 },
    test: { dice: null, accuracy: null, sensitivity: null, specificity: null, auc: null, ...test },
  });
  const part = { images: 40, masks: 10, classes: 40 };
  return {
    data: 'phantom',
    seed,
    quick: false,
    split: { train: part, validation: part, test: part },
    models: [
      model('amyar2020', 900_000, 150, 200, { dice: estimate(0.8 + dice, 0, 1), auc: estimate(0.7 + auc, 0.6, 1) }),
      model('unet', 500_000, 70, 200, { dice: estimate(0.8, 0, 1) }),
      model('classifier', 400_000, 30, 0, { auc: estimate(0.7, 0.6, 1) }),
      model('cnn8', 900_000, 20, 0, { auc: estimate(0.65, 0.6, 1) }),
    ],
    differences: {
      dice: estimate(dice, dice - 0.02, dice + 0.02),
      auc: estimate(auc, auc - 0.02, auc + 0.02),
    },
  };
}

describe("the demo's words", () => {
  it('say what sharing gained, what it cost, and what may be chance', () => {
    expect(describeOutcome(summary(1, -0.035, 0.2))).toBe(
      'Sharing gained 20.0 points of AUC over the same encoder for the class alone (95 % interval +18.0 to +22.0).\n' +
        'Sharing cost 3.5 points of Dice against the U-Net (95 % interval −5.5 to −1.5).\n' +
        'One model of 0.90 million weights, which reconstructs too, stands for two of 0.90 million together; its ' +
        'training took 1.5 times as long as theirs.\n' +
        'Each made 100 steps. Of the 10 training images with a mask the three tasks saw 200 turned and shifted ' +
        'copies, the U-Net 200.',
    );
    expect(describeOutcome({ ...summary(1, -0.01, 0.01), quick: true })).toMatch(
      /^The AUC is 1\.0 points higher than that of the same encoder for the class alone \(95 % interval −1\.0 to \+3\.0: that may be chance\)\.\nThe Dice is 1\.0 points lower .*\n.*\n.*\nThese are the rough numbers of a quick run/,
    );
    const unknown = { dice: { ...estimate(0.1, Number.NaN, Number.NaN) }, auc: null };
    expect(describeOutcome({ ...summary(1, 0, 0), differences: unknown })).toMatch(
      /^The Dice is 10\.0 points higher than that of the U-Net \(too few images for an interval\)\.\nOne model of/,
    );
    const [shared, segmenting, classifying, cnn] = summary(1, 0, 0.2).models;
    const chance = { ...cnn, test: { ...cnn.test, auc: estimate(0.47, 0.36, 0.59) } };
    expect(describeOutcome({ ...summary(1, 0, 0.2), models: [shared, segmenting, classifying, chance] })).toContain(
      "After these steps cnn8 cannot tell the classes apart yet: an AUC of 50 % is a coin's.",
    );
    const none = { dice: null, auc: null };
    expect(describeOutcome({ ...summary(1, 0, 0), differences: none })).toMatch(/^One model of/);
  });

  it('tell whether all seeds give the same order', () => {
    const table = renderSeeds([summary(1, -0.03, 0.2), summary(2, -0.01, -0.1)]);
    expect(table.split('\n')).toEqual([
      'Seed  Dice %: three tasks  U-Net  difference           AUC %: three tasks  class alone  difference              CNN',
      '----  -------------------  -----  -------------------  ------------------  -----------  ----------------------  ----',
      '1     77.0                 80.0   −3.0 (−5.0 to −1.0)  90.0                70.0         +20.0 (+18.0 to +22.0)  65.0',
      '2     79.0                 80.0   −1.0 (−3.0 to +1.0)  60.0                70.0         −10.0 (−12.0 to −8.0)   65.0',
      'mean  78.0                 80.0   −2.0                 75.0                70.0         +5.0                    65.0',
      '',
      'In Dice the U-Net is ahead of the three tasks on all 2 seeds.',
      'In AUC the seeds disagree: the three tasks are ahead of the class alone on 1 of 2.',
    ]);
    expect(renderSeeds([summary(1, 0.02, 0.2), summary(2, 0.01, 0.1)])).toContain(
      'In Dice the three tasks are ahead of the U-Net on all 2 seeds.',
    );
  });
});
