import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batches } from '../../../src/data/batches';
import { split } from '../../../src/data/split';
import { type PhantomTask, phantomDataset } from '../../../src/paper/phantom/phantom-dataset';
import type { Source } from '../../../src/types';
import { expectNoLeak } from '../../support/leaks';

const counts = { covid: 21, normal: 10, pneumonia: 5, emphysema: 3 };

describe('phantomDataset', () => {
  it('has the asked numbers of slices and masks', () => {
    const { rows } = phantomDataset({ counts, masks: 8, size: 16 });
    expect(rows.length).toBe(39);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(39);
    for (const [kind, count] of Object.entries(counts)) {
      expect(rows.filter(({ id }) => id.startsWith(kind)).length).toBe(count);
    }
    const withMask = rows.filter(({ tasks }) => tasks.includes('segmentation'));
    expect(withMask.length).toBe(8);
    expect(withMask.every(({ stratum }) => stratum === 'covid with mask')).toBe(true);
    expect(new Set(rows.map(({ stratum }) => stratum))).toEqual(
      new Set(['covid', 'covid with mask', 'normal', 'pneumonia', 'emphysema']),
    );
  });

  it('gives masks to whole patients', () => {
    const { rows } = phantomDataset({ counts: { covid: 30 }, slices: 3, masks: 12, size: 16 });
    const masked = rows.filter(({ tasks }) => tasks.includes('segmentation')).map(({ group }) => group);
    expect(new Set(masked).size).toBe(4);
    const other = phantomDataset({ counts: { covid: 30 }, slices: 3, masks: 12, size: 16, seed: 1 }).rows;
    expect(other.filter(({ tasks }) => tasks.includes('segmentation')).map(({ group }) => group)).not.toEqual(masked);
  });

  it('gives the same patients whatever the counts of other kinds are', () => {
    const small = phantomDataset({ counts: { normal: 2 }, size: 16 });
    const large = phantomDataset({ counts: { covid: 4, normal: 6 }, size: 16 });
    expect(large.rows[4].id).toBe(small.rows[0].id);
    expect(large.slice(4)).toEqual(small.slice(0));
    const patients = large.rows.map((_, i) => large.slice(i).patient);
    expect(new Set(patients).size).toBe(new Set(large.rows.map(({ group }) => group)).size);
  });

  it('reads samples with the labels that their rows name, the same at every time', async () => {
    const dataset = phantomDataset({ counts, masks: 8, size: 16, seed: 2 });
    for (const [index, row] of dataset.rows.entries()) {
      const { x, y } = await dataset.read(index);
      const { image, mask, kind } = dataset.slice(index);
      expect(Object.keys(y).sort()).toEqual([...row.tasks].sort());
      expect(x).toEqual(image);
      expect(y.reconstruction).toBe(x);
      expect(y.classification).toEqual({ data: Float32Array.of(kind === 'covid' ? 1 : 0), shape: [1] });
      if (y.segmentation) expect(y.segmentation).toEqual(mask);
    }
  });

  it('can know that the masks of the others are empty', async () => {
    const dataset = phantomDataset({ counts, masks: 0, emptyMasks: true, size: 16 });
    const labelled = dataset.rows.flatMap(({ tasks }, index) => (tasks.includes('segmentation') ? [index] : []));
    expect(labelled.length).toBe(18);
    for (const index of labelled) {
      expect((await dataset.read(index)).y.segmentation!.data.every((value) => value === 0)).toBe(true);
    }
  });

  it('draws patients of the asked sources only', () => {
    const dataset = phantomDataset({ counts: { covid: 24 }, slices: 1, sources: ['lung', 'bone'], size: 16 });
    expect(new Set(dataset.rows.map((_, i) => dataset.slice(i).source))).toEqual(new Set(['lung', 'bone']));
  });

  it('has masks in the share of the paper by default', () => {
    const { rows } = phantomDataset({ size: 16 });
    const covid = rows.filter(({ stratum }) => stratum?.startsWith('covid'));
    expect([rows.length, covid.length]).toEqual([240, 104]);
    expect(covid.filter(({ tasks }) => tasks.includes('segmentation')).length).toBe(23);
  });

  it('goes through split and batches', async () => {
    await setBackend('cpu');
    const dataset = phantomDataset({ counts: { covid: 24, normal: 24 }, masks: 8, size: 16 });
    const parts = split(dataset.rows, { fractions: { train: 0.75, test: 0.25 } });
    const source: Source<PhantomTask> = batches(dataset, { indices: parts.train, balance: { segmentation: 1 } });
    await expectNoLeak(async () => {
      let steps = 0;
      for await (const { x, y, weight } of source(0)) {
        expect(x.shape.slice(1)).toEqual([16, 16, 1]);
        expect(y.reconstruction?.shape).toEqual(x.shape);
        expect(y.segmentation?.shape).toEqual(x.shape);
        expect(y.classification?.shape).toEqual([x.shape[0], 1]);
        const labelled = weight?.segmentation ? await weight.segmentation.data() : [1];
        expect(Math.max(...labelled)).toBe(1);
        steps++;
      }
      expect(steps).toBe(source.steps);
    });
  });

  it('says what is wrong', () => {
    expect(() => phantomDataset({ counts: { covid: 3 }, masks: 4 })).toThrow(
      'phantomDataset: masks must be at most counts.covid (3), got 4.',
    );
    expect(() => phantomDataset({ counts: { flu: 3 } as never })).toThrow("phantomDataset: counts has no kind 'flu'");
    expect(() => phantomDataset({ counts: { covid: -1 } })).toThrow('phantomDataset: counts.covid must be an integer');
    expect(() => phantomDataset({ slices: 0 })).toThrow('phantomDataset: slices must be an integer of at least 1');
    expect(() => phantomDataset({ sources: [] })).toThrow('phantomDataset: sources must name at least one, got none.');
    expect(() => phantomDataset({ sources: ['x' as never] })).toThrow("phantomDataset: sources must be one of 'lung'");
    expect(() => phantomDataset({ counts: { covid: 2 }, size: 16 }).slice(2)).toThrow(
      'phantomDataset: index must lie in 0 .. 1, got 2.',
    );
  });
});
