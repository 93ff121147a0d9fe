import { describe, expect, it } from 'vitest';
import type { Affine } from '../../src/data/affine';
import { augment, type GeometricPiece } from '../../src/data/augment';
import { batches } from '../../src/data/batches';
import { cached } from '../../src/data/cached';
import { selectTasks } from '../../src/data/select-tasks';
import type { LabelWeight } from '../../src/data/stack-weights';
import type { Dataset, NDArray, Sample } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

type Task = 'mask' | 'findings';
const array = (shape: number[], ...values: number[]): NDArray => ({ data: Float32Array.from(values), shape });

/** Samples with a mask of 1 x 2 pixels and two channels, and three findings, that weigh what is given. */
function weighted(...weights: Sample<Task>['weight'][]): Dataset<Task> {
  return {
    rows: weights.map((_, i) => ({ id: `s${i}`, tasks: ['mask', 'findings'] })),
    read: async (i) => ({
      x: array([1, 2, 1], i, i),
      y: { mask: array([1, 2, 2], 1, 0, 0, 1), findings: array([3], 1, 0, 1) },
      ...(weights[i] && { weight: weights[i] }),
    }),
  };
}

const masks = (...weights: (LabelWeight | undefined)[]): Dataset<Task> =>
  weighted(...weights.map((mask) => (mask === undefined ? {} : { mask })));

/** The weights of the only batch: a shape and values for each task. */
async function weightsOf(dataset: Dataset<Task>): Promise<Record<string, [number[], number[]]>> {
  const found: Record<string, [number[], number[]]> = {};
  for await (const { weight = {} } of batches(dataset, { batchSize: dataset.rows.length, shuffle: false })(0)) {
    for (const [task, value] of Object.entries(weight)) found[task] = [value.shape, [...(await value.data())]];
  }
  return found;
}

describe('the weights of a batch', () => {
  it('are one for each sample where samples weigh by numbers', async () => {
    expect(await weightsOf(masks(0.5, undefined, 3))).toEqual({ mask: [[3], [0.5, 1, 3]] });
    expect(await weightsOf(weighted({ mask: 2, findings: 0 }, { mask: 1 }))).toEqual({
      mask: [[2], [2, 1]],
      findings: [[2], [0, 1]],
    });
  });

  it('are left out where all are 1', async () => {
    expect(await weightsOf(masks(1, undefined, array([1, 2, 1], 1, 1)))).toEqual({});
  });

  it('are maps where a sample has one: a number counts for all elements of its own', async () => {
    expect(await weightsOf(masks(array([1, 2, 1], 1, 0), 0.25, undefined))).toEqual({
      mask: [
        [3, 1, 2, 1],
        [1, 0, 0.25, 0.25, 1, 1],
      ],
    });
    expect(await weightsOf(weighted({ findings: array([3], 1, 0, 1) }, {}))).toEqual({
      findings: [
        [2, 3],
        [1, 0, 1, 1, 1, 1],
      ],
    });
  });

  it('have channels where one sample weighs channels', async () => {
    const channels = array([1, 2, 2], 1, 2, 3, 4);
    expect(await weightsOf(masks(array([1, 2, 1], 0, 5), channels, 6))).toEqual({
      mask: [
        [3, 1, 2, 2],
        [0, 0, 5, 5, 1, 2, 3, 4, 6, 6, 6, 6],
      ],
    });
  });

  it('are 0 for a sample without the label', async () => {
    const dataset = masks(array([1, 2, 1], 1, 0), undefined);
    const partial: Dataset<Task> = {
      rows: [dataset.rows[0], { id: 's1', tasks: ['findings'] }],
      read: async (i) => {
        const { x, y, weight } = await dataset.read(i);
        return i === 0 ? { x, y, ...(weight && { weight }) } : { x, y: { findings: y.findings as NDArray } };
      },
    };
    expect(await weightsOf(partial)).toEqual({
      mask: [
        [2, 1, 2, 1],
        [1, 0, 0, 0],
      ],
    });
  });

  it('are disposed with the batch', async () => {
    await expectNoLeak(async () => {
      for await (const _ of batches(masks(array([1, 2, 1], 1, 0), 2))(0));
    });
  });

  it('are refused where they are no weights of the label', async () => {
    const said = (weight: unknown) => weightsOf(masks(undefined, weight as LabelWeight));
    const name = "batches: weight of 'mask' of sample 's1'";
    await expect(said(-1)).rejects.toThrow(new RangeError(`${name} must be finite and not negative, got -1 at 0.`));
    await expect(said(array([1, 2, 1], 1, Number.NaN))).rejects.toThrow(
      `${name} must be finite and not negative, got NaN at 1.`,
    );
    await expect(said(array([2, 1, 1], 1, 1))).rejects.toThrow(
      `${name} must be a number or have the label's shape [1,2,2], or [1,2,1]; got the shape [2,1,1].`,
    );
    await expect(said(array([2], 1, 1))).rejects.toThrow('got the shape [2].');
    await expect(said(array([1, 2, 1], 1))).rejects.toThrow(`${name}: shape [1,2,1] needs 2 values, got 1.`);
    await expect(said([1, 0])).rejects.toThrow(
      new TypeError(`${name} must be { data, shape } with a typed array, got an array.`),
    );
  });
});

describe('weights', () => {
  it('stay with their tasks in selectTasks', async () => {
    const one = selectTasks(weighted({ mask: 0.5, findings: 2 }), ['findings']);
    expect((await one.read(0)).weight).toEqual({ findings: 2 });
    expect((await selectTasks(weighted({ mask: 0.5 }), ['findings']).read(0)).weight).toEqual({});
    expect(await selectTasks(weighted(undefined), ['findings']).read(0)).not.toHaveProperty('weight');
  });

  it('count among the bytes that cached keeps', async () => {
    let reads = 0;
    const source = weighted({ mask: array([1, 2, 1], 1, 0) });
    const read = (i: number) => {
      reads++;
      return source.read(i);
    };
    // x: 2 floats, mask: 4, findings: 3, weights: 2
    for (const bytes of [44, 43]) {
      const kept = cached({ ...source, read }, { bytes });
      await kept.read(0);
      expect((await kept.read(0)).weight).toEqual({ mask: array([1, 2, 1], 1, 0) });
    }
    expect(reads).toBe(1 + 2);
  });
});

describe('augment', () => {
  const at = { id: 'a', epoch: 0, repeat: 0 };
  const move = (affine: Affine): GeometricPiece => ({ kind: 'geometric', draw: () => affine });
  /** Every pixel comes from the one to its right: column 2 from outside of the frame. */
  const left = [move([1, 0, 1, 0, 1, 0])];
  const x = array([1, 3, 1], 0.1, 0.2, 0.3);

  it('moves the weight of each pixel with its mask, and knows nothing of what lies outside', () => {
    const mask = array([1, 3, 1], 1, 0, 1);
    const sample: Sample<'mask'> = { x, y: { mask }, weight: { mask: array([1, 3, 1], 1, 0, 2) } };
    const moved = augment<'mask'>(left)(sample, at);
    expect(moved.y.mask).toEqual(array([1, 3, 1], 0, 1, 0));
    expect(moved.weight).toEqual({ mask: array([1, 3, 1], 0, 2, 0) });
  });

  it('keeps the weight of a sample, and of a label that stays', () => {
    const sample: Sample<'mask' | 'findings'> = {
      x,
      y: { mask: x, findings: array([3], 1, 0, 1) },
      weight: { mask: 0.5, findings: array([3], 1, 0, 1) },
    };
    expect(augment<'mask' | 'findings'>(left)(sample, at).weight).toEqual(sample.weight);
    expect(augment<'mask'>(left)({ x, y: { mask: x } }, at)).not.toHaveProperty('weight');
  });

  it('refuses a map of weights that does not lie on the image', () => {
    const sample = { x, y: { mask: array([1, 3, 1], 1, 0, 1) }, weight: { mask: array([1, 1, 1], 1) } };
    expect(() => augment<'mask'>(left)(sample, at)).toThrow(
      "augment: the weight of 'mask' of sample 'a' is 1 x 1, but its image 1 x 3",
    );
  });

  it('fills one-hot masks with their first class, and masks of several labels with none', () => {
    const oneHot = array([1, 3, 3], 0, 1, 0, 0, 0, 1, 0, 1, 0);
    const labels = array([1, 3, 2], 1, 1, 0, 0, 0, 1);
    const moved = augment<'oneHot' | 'labels'>(left)({ x, y: { oneHot, labels } }, at);
    expect(moved.y.oneHot).toEqual(array([1, 3, 3], 0, 0, 1, 0, 1, 0, 1, 0, 0));
    expect(moved.y.labels).toEqual(array([1, 3, 2], 0, 0, 0, 1, 0, 0));
  });
});
