import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { input, model as toModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import type { Encoder } from '../../../src/types';
import { image, setWeights } from './formula';

/** A feature map, as a golden file holds it. */
interface Level {
  readonly shape: readonly number[];
  readonly largest: number;
  readonly mean: number;
  readonly magnitude: number;
  readonly values: readonly number[];
}

export interface GoldenNet {
  readonly parameters: number;
  readonly images: readonly { readonly size: readonly [number, number]; readonly levels: readonly Level[] }[];
}

/** Relative to the largest value of a feature map. */
const TOLERANCE = 1e-4;

export function expectLevel(found: Tensor, { shape, largest, mean, magnitude, values }: Level, level: number): void {
  expect(found.shape.slice(1), `level ${level}`).toEqual(shape);
  const numbers = found.dataSync<'float32'>();
  const near = (value: number, wanted: number, what: string) =>
    expect(Math.abs(value - wanted) / largest, `level ${level}: ${what}`).toBeLessThan(TOLERANCE);
  for (const [i, value] of values.entries()) {
    near(numbers[Math.floor((i * numbers.length) / values.length)], value, `value ${i}`);
  }
  near(numbers.reduce((sum, value) => sum + value, 0) / numbers.length, mean, 'mean');
  near(numbers.reduce((sum, value) => sum + Math.abs(value), 0) / numbers.length, magnitude, 'magnitude');
}

/** Compares all feature maps of an encoder with a golden net's, and the number of its parameters; nothing may be left. */
export function expectGolden(encoder: Encoder, { parameters, images }: GoldenNet): void {
  const before = memory().numTensors;
  const build = (size: readonly number[]) => {
    const x = input({ shape: [...size, 3] });
    const { skips, bottleneck } = encoder(x, 'encoder', 1);
    return toModel({ inputs: x, outputs: [...skips, bottleneck] });
  };
  for (const { size, levels } of images) {
    const net = build(size);
    setWeights(net, 'encoder/');
    expect(net.countParams()).toBe(parameters);
    const pixels = image(...size);
    const found = net.predict(pixels) as Tensor[];
    expect(found).toHaveLength(levels.length);
    for (const [i, level] of levels.entries()) expectLevel(found[i], level, i + 1);
    for (const tensor of [pixels, ...found]) tensor.dispose();
    net.dispose();
  }
  expect(memory().numTensors).toBe(before);
}
