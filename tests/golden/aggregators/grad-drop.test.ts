import { readFileSync } from 'node:fs';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { keepOneSign } from '../../../src/train/aggregators/keep-one-sign';
import { useCpu } from '../../support/cpu';

interface Case {
  jacobian: number[][];
  draws: number[];
  leak: number[];
  plain: number[];
  leaking: number[];
}

const { cases } = JSON.parse(readFileSync(new URL('./grad-drop.json', import.meta.url), 'utf8')) as {
  cases: Record<string, Case>;
};

useCpu();

describe.each(Object.entries(cases))('the gradients of %s', (_, { jacobian, draws, leak, plain, leaking }) => {
  it.each([
    ['without a leak', leak.map(() => 0), plain],
    ['with a leak for each', leak, leaking],
  ])('are dropped as TorchJD does with the same draws, %s', (_name, shares, expected) => {
    const result = tidy(() => keepOneSign(tensor2d(jacobian), tensor1d(draws), shares).arraySync());
    const scale = Math.max(...jacobian.flat().map(Math.abs), 1);
    for (const [i, value] of expected.entries()) expect(Math.abs(result[i] - value)).toBeLessThan(1e-6 * scale);
  });
});
