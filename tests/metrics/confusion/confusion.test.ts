import { describe, expect, it } from 'vitest';
import { confusion } from '../../../src/metrics/confusion/confusion';
import { confusionMatrix } from '../../../src/metrics/confusion/confusion-matrix';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

describe('confusion', () => {
  it.each(Object.entries(golden.binary))('counts what scikit-learn counts, case %s', async (_, given) => {
    const { yTrue, yPred, weight, threshold, sklearn } = given;
    expectClose(await score(confusion({ threshold }), yTrue, yPred, weight ?? undefined), sklearn.confusion);
  });

  it('counts by hand', async () => {
    const counts = await score(confusion(), [1, 1, 1, 0, 0, 0, 0], [0.9, 0.5, 0.2, 0.8, 0.1, 0.2, 0.3]);
    expect(counts).toEqual({ tp: 2, fn: 1, fp: 1, tn: 3 });
  });

  it('counts each class against the others', async () => {
    const yPred = [
      [0.8, 0.1, 0.1],
      [0.1, 0.8, 0.1],
      [0.1, 0.8, 0.1],
      [0.1, 0.1, 0.8],
    ];
    expect(await score(confusion({ classes: 3 }), [0, 0, 1, 2], yPred)).toEqual([
      { tp: 1, fn: 1, fp: 0, tn: 2 },
      { tp: 1, fn: 0, fp: 1, tn: 2 },
      { tp: 1, fn: 0, fp: 0, tn: 3 },
    ]);
  });

  it('counts each label on its own', async () => {
    const yTrue = [
      [1, 1],
      [1, 0],
      [0, 0],
    ];
    const yPred = [
      [0.9, 0.9],
      [0.2, 0.1],
      [0.3, 0.2],
    ];
    expect(await score(confusion({ labels: 2 }), yTrue, yPred)).toEqual([
      { tp: 1, fn: 1, fp: 0, tn: 1 },
      { tp: 1, fn: 0, fp: 0, tn: 2 },
    ]);
  });

  it('counts each pixel with the weight of its image', async () => {
    const counts = await score(confusion(), [[[1, 0]], [[1, 1]]], [[[1, 1]], [[1, 0]]], [3, 0.5]);
    expect(counts).toEqual({ tp: 3.5, fn: 0.5, fp: 3, tn: 0 });
  });
});

describe('confusionMatrix', () => {
  it.each(Object.entries(golden.classes))('equals that of scikit-learn, case %s', async (_, given) => {
    const { yTrue, yPred, weight, sklearn } = given;
    expectClose(
      await score(confusionMatrix({ classes: 4 }), yTrue, yPred, weight ?? undefined),
      sklearn.confusionMatrix,
    );
  });

  it('has rows for what is true, columns for what was predicted', async () => {
    expect(await score(confusionMatrix(), [0, 0, 0, 1], [0.1, 0.9, 0.8, 0.7])).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });
});
