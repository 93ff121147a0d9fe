import { describe, expect, it } from 'vitest';
import { ignoreValue } from '../../src/data/ignore-value';
import { emptyMask, mapMask } from '../../src/data/map-mask';
import type { MaskValues } from '../../src/data/mask-values';
import type { NDArray } from '../../src/types';

const grey = (...values: number[]): NDArray => ({ data: Uint8Array.from(values), shape: [1, values.length, 1] });
const colours = (...values: number[][]): NDArray => ({
  data: Uint8Array.from(values.flat()),
  shape: [1, values.length, 3],
});

describe('mapMask', () => {
  it('makes 0 and 1 of two classes', () => {
    expect(mapMask(grey(7, 9, 7), { 7: 0, 9: 1 })).toEqual({ label: grey(0, 1, 0) });
    expect(mapMask(grey(0, 64, 128, 192), { 0: 0, 64: 1, 128: 1, 192: 0 })).toEqual({ label: grey(0, 1, 1, 0) });
  });

  it('makes a one-hot mask of more, the first class the background', () => {
    const { label, weight } = mapMask(grey(0, 200, 50), { 0: 0, 50: 1, 200: 2 });
    expect(label).toEqual({ data: Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0), shape: [1, 3, 3] });
    expect(weight).toBeUndefined();
  });

  it('gives pixels of an unknown value weight 0, and takes them for background', () => {
    const values: MaskValues = { 0: 0, 1: 1, 2: 2, 255: 'unknown' };
    expect(mapMask(grey(255, 1), values)).toEqual({
      label: { data: Uint8Array.of(1, 0, 0, 0, 1, 0), shape: [1, 2, 3] },
      weight: { data: Uint8Array.of(0, 1), shape: [1, 2, 1] },
    });
    expect(mapMask(grey(3, 0), { 0: 0, 1: 1, 3: 'unknown' })).toEqual({ label: grey(0, 0), weight: grey(0, 1) });
    expect(mapMask(grey(2, 1), values)).not.toHaveProperty('weight');
  });

  it('knows colours, and grey among them by either name', () => {
    const mask = colours([0, 0, 0], [128, 0, 0], [255, 255, 255], [0, 128, 0]);
    const label = { data: Uint8Array.of(1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1), shape: [1, 4, 3] };
    const weight = { data: Uint8Array.of(1, 1, 0, 1), shape: [1, 4, 1] };
    expect(mapMask(mask, { '#000000': 0, '#800000': 1, '#008000': 2, '#FFFFFF': 'unknown' })).toEqual({
      label,
      weight,
    });
    expect(mapMask(mask, { 0: 0, '#800000': 1, '#008000': 2, 255: 'unknown' })).toEqual({ label, weight });
    expect(mapMask(grey(0, 17), { '#000000': 0, '#111111': 1 }).label).toEqual(grey(0, 1));
  });

  it('takes whole numbers of any type, negative ones too', () => {
    const mask = { data: Int32Array.of(-1, 0, 4000), shape: [3, 1, 1] };
    expect(mapMask(mask, { [-1]: 'unknown', 0: 0, 4000: 1 })).toEqual({
      label: { data: Uint8Array.of(0, 0, 1), shape: [3, 1, 1] },
      weight: { data: Uint8Array.of(0, 1, 1), shape: [3, 1, 1] },
    });
  });

  it('lists the values that it does not know', () => {
    expect(() => mapMask(grey(0, 3, 0, 2, 1), { 0: 0, 1: 1 })).toThrow(
      new RangeError('mapMask: mask: expected the values 0, 1, which `values` names, found 2, 3, too.'),
    );
    expect(() => mapMask(colours([0, 0, 0], [0, 0, 255]), { 0: 0, '#ff0000': 1 })).toThrow(
      "expected the values 0, '#ff0000', which `values` names, found '#0000ff', too.",
    );
    expect(() => mapMask(grey(...Array(20).keys()), { 0: 0, 1: 1 })).toThrow(
      'found 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, ... (18 in all), too.',
    );
    expect(() => mapMask({ data: Float32Array.of(0, 0.5, Number.NaN), shape: [1, 3, 1] }, { 0: 0, 1: 1 })).toThrow(
      'found 0.5, NaN, too.',
    );
  });

  it('refuses what names no classes, and masks that hold none', () => {
    const said = (values: unknown) => expect(() => mapMask(grey(0), values as MaskValues));
    said({ 0: 0, 255: 2 }).toThrow('values must name each class from 0 (the background) to 2, got none that means 1.');
    said({ 1: 1 }).toThrow('to 1, got none that means 0.');
    said({ 0: 0, 255: 'unknown' }).toThrow('to 1, got none that means 1.');
    said({ 0: 0, 1: 0.5 }).toThrow("values must mean the number of a class or 'unknown', got 0.5 for '1'.");
    said({ 0: 0, 1: 'ignore' }).toThrow("got ignore for '1'.");
    said({ 0: 0, red: 1 }).toThrow("values must be whole numbers or colours such as '#ff0000', got 'red'.");
    said({ 0: 0, 17: 1, '#111111': 2 }).toThrow('values names 17 twice.');
    expect(() => mapMask(grey(0), null as never)).toThrow(TypeError);
    expect(() => mapMask({ data: new Uint8Array(4), shape: [1, 1, 4] }, { 0: 0, 1: 1 })).toThrow(
      'mapMask: mask must have 1 channel (grey) or 3 (colours), got 4.',
    );
    expect(() => mapMask({ data: Uint16Array.of(0, 256, 0), shape: [1, 1, 3] }, { 0: 0, 1: 1 })).toThrow(
      'colours must be whole numbers from 0 to 255.',
    );
  });
});

describe('emptyMask', () => {
  it('is background in the form of the others', () => {
    expect(emptyMask(1, 2)).toEqual(grey(0, 0));
    expect(emptyMask(1, 2, { 0: 0, 9: 1 })).toEqual(grey(0, 0));
    expect(emptyMask(2, 1, { 0: 0, 1: 1, 2: 2 })).toEqual({ data: Uint8Array.of(1, 0, 0, 1, 0, 0), shape: [2, 1, 3] });
  });
});

describe('ignoreValue', () => {
  it('gives elements with the value weight 0, and puts 0 there', () => {
    const findings = { data: Float32Array.of(1, -1, 0, -1), shape: [4] };
    expect(ignoreValue(findings, -1)).toEqual({
      label: { data: Float32Array.of(1, 0, 0, 0), shape: [4] },
      weight: { data: Uint8Array.of(1, 0, 1, 0), shape: [4] },
    });
    expect(findings.data[1]).toBe(-1);
    expect(ignoreValue({ data: Float64Array.of(Number.NaN, 2), shape: [2] }, Number.NaN)).toEqual({
      label: { data: Float64Array.of(0, 2), shape: [2] },
      weight: { data: Uint8Array.of(0, 1), shape: [2] },
    });
  });

  it('weighs nothing where all is known', () => {
    const label = { data: Int32Array.of(3, 4), shape: [2, 1] };
    expect(ignoreValue(label, 255)).toEqual({ label });
  });

  it('refuses what is no label or no number', () => {
    expect(() => ignoreValue([1, null] as never, -1)).toThrow(
      new TypeError('ignoreValue: label must be { data, shape } with a typed array, got an array.'),
    );
    expect(() => ignoreValue(grey(1), null as never)).toThrow(
      new TypeError('ignoreValue: value must be a number, got null.'),
    );
    expect(() => ignoreValue({ data: Float32Array.of(1), shape: [{} as never] }, -1)).toThrow(
      new TypeError('ignoreValue: label: shape must hold whole numbers, got an object in it.'),
    );
  });
});
