import { describe, expect, it } from 'vitest';
import { resizeImage } from '../../../src/data/resize-image';
import { phantomSources } from '../../../src/paper/phantom/acquisition';
import { lesionTypes } from '../../../src/paper/phantom/lesions';
import { phantomKinds } from '../../../src/paper/phantom/patterns';
import { type PhantomSlice, phantomSlice } from '../../../src/paper/phantom/phantom-slice';
import type { NDArray } from '../../../src/types';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const numbers = ({ data }: NDArray): number[] => Array.from(data);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean grey value of the pixels that `keep` accepts. */
const grey = ({ image }: PhantomSlice, keep: (pixel: number) => boolean): number =>
  mean(numbers(image).filter((_, pixel) => keep(pixel)));

describe('phantomSlice', () => {
  it('is a function of its options', () => {
    const options = { seed: 3, patient: 5, slice: 1, size: 32 };
    const slice = phantomSlice(options);
    expect(phantomSlice(options)).toEqual(slice);
    for (const change of [{ seed: 4 }, { patient: 6 }, { slice: 2 }, { kind: 'normal' as const }]) {
      expect(phantomSlice({ ...options, ...change }).image.data).not.toEqual(slice.image.data);
    }
  });

  for (const kind of phantomKinds) {
    it(`draws ${kind} with grey values in [0, 1], two lungs and labels inside of them`, () => {
      for (const patient of range(10)) {
        const slice = phantomSlice({ seed: 1, patient, kind, size: 48 });
        const { image, mask, lesionMasks, lungs, severity } = slice;
        expect([image.shape, mask.shape, lesionMasks.shape, lungs.shape]).toEqual([
          [48, 48, 1],
          [48, 48, 1],
          [48, 48, 3],
          [48, 48, 1],
        ]);
        expect(numbers(image).every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(new Set(numbers(image)).size).toBeGreaterThan(200);

        const inLung = (pixel: number): boolean => lungs.data[pixel] === 1;
        const right = range(48 * 48).filter((pixel) => inLung(pixel) && pixel % 48 < 24).length;
        const left = range(48 * 48).filter((pixel) => inLung(pixel) && pixel % 48 >= 24).length;
        expect(Math.min(right, left)).toBeGreaterThan(40);
        const wrong = range(48 * 48).filter((pixel) => {
          const types = lesionMasks.data.subarray(3 * pixel, 3 * pixel + 3);
          const lesion = types[0] + types[1] + types[2];
          return lesion > (inLung(pixel) ? 1 : 0) || mask.data[pixel] !== (kind === 'covid' ? lesion : 0);
        });
        expect(wrong).toEqual([]);
        const hasLesions = kind === 'covid' || kind === 'pneumonia' || kind === 'oedema';
        expect(severity > 0).toBe(hasLesions);
        expect(severity).toBeLessThan(1);
      }
    });
  }

  it('shows a lesion in every COVID-19 slice', () => {
    for (const patient of range(60)) {
      const { mask } = phantomSlice({ seed: 2, patient, slice: patient % 3, size: 32 });
      expect(
        numbers(mask).some((value) => value === 1),
        `patient ${patient}`,
      ).toBe(true);
    }
  });

  it('knows all types of lesions', () => {
    const seen = new Set<number>();
    for (const patient of range(30)) {
      numbers(phantomSlice({ seed: 1, patient, kind: 'pneumonia', size: 32 }).lesionMasks).forEach((value, i) => {
        if (value) seen.add(i % lesionTypes.length);
      });
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });

  it('is brighter in lesions than in the lung around them, and in the body than in the lung', () => {
    for (const source of phantomSources) {
      for (const patient of range(4)) {
        const slice = phantomSlice({ seed: 4, patient, source, size: 64 });
        const { lungs, mask } = slice;
        const healthy = grey(slice, (i) => lungs.data[i] === 1 && mask.data[i] === 0);
        const lesion = grey(slice, (i) => mask.data[i] === 1);
        expect(lesion - healthy, `${source}, patient ${patient}`).toBeGreaterThan(0.06);
        // The middle of the image is mediastinum.
        const middle = grey(slice, (i) => Math.hypot((i % 64) - 32, Math.floor(i / 64) - 30) < 4);
        expect(middle - healthy, `${source}, patient ${patient}`).toBeGreaterThan(0.1);
      }
    }
  });

  it('gives the severity as the share of the lungs that the lesion masks cover', () => {
    for (const patient of range(5)) {
      const { lesionMasks, lungs, severity } = phantomSlice({ seed: 5, patient, size: 128 });
      const share = (mean(numbers(lesionMasks)) * 3) / mean(numbers(lungs));
      expect(Math.abs(severity - share)).toBeLessThan(0.02);
    }
  });

  it('shows the same patient at every size', () => {
    let both = 0;
    let sum = 0;
    for (const patient of range(6)) {
      const coarse = phantomSlice({ seed: 6, patient, source: 'bone', size: 64 });
      const fine = phantomSlice({ seed: 6, patient, source: 'bone', size: 128 });
      const shrunk = resizeImage(fine.image, [64, 64]).data;
      expect(mean(numbers(coarse.image).map((value, i) => Math.abs(value - shrunk[i])))).toBeLessThan(0.025);
      expect(Math.abs(coarse.severity - fine.severity)).toBeLessThan(0.02);

      const shrunkMask = resizeImage(fine.mask, [64, 64]).data;
      const fineMask = Array.from(shrunkMask, (value) => value >= 0.5);
      both += numbers(coarse.mask).filter((value, i) => value === 1 && fineMask[i]).length;
      sum += numbers(coarse.mask).filter((value) => value === 1).length + fineMask.filter(Boolean).length;
    }
    expect((2 * both) / sum).toBeGreaterThan(0.93);
  });

  it('draws the source for the patient, whatever the kind and the slice', () => {
    const sourceOf = (patient: number, kind: 'covid' | 'normal', slice: number) =>
      phantomSlice({ seed: 7, patient, kind, slice, size: 16 }).source;
    for (const patient of range(8)) expect(sourceOf(patient, 'covid', 0)).toBe(sourceOf(patient, 'normal', 3));
    expect(new Set(range(40).map((patient) => sourceOf(patient, 'normal', 0)))).toEqual(new Set(phantomSources));
  });

  it('refuses what it cannot draw', () => {
    expect(() => phantomSlice({ size: 8 })).toThrow('phantomSlice: size must be an integer of at least 16, got 8.');
    expect(() => phantomSlice({ patient: -1 })).toThrow('phantomSlice: patient must be an integer of at least 0');
    expect(() => phantomSlice({ slice: 0.5 })).toThrow('phantomSlice: slice must be an integer of at least 0');
    expect(() => phantomSlice({ kind: 'flu' as never })).toThrow("phantomSlice: kind must be one of 'covid', 'normal'");
    expect(() => phantomSlice({ source: 'x' as never })).toThrow("phantomSlice: source must be one of 'lung'");
  });
});
