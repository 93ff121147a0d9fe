import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as losses from '../../src/losses/index';
import { useCpu } from '../support/cpu';

useCpu();

const folder = new URL('../../src/losses/', import.meta.url);
const scope = { ...losses, tensor2d: tf.tensor2d, tensor3d: tf.tensor3d, zeros: tf.zeros, ones: tf.ones };

/** `expression; // [numbers]` from each doc comment. */
const examples = readdirSync(folder).flatMap((file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return [...text.matchAll(/@example\n \* ```ts\n \* (.*); \/\/ (\[.*\])\n \* ```/g)].map(([, code, result]) => ({
    code,
    result: JSON.parse(result) as number[],
  }));
});

describe('the examples in the docs', () => {
  it('are there for every loss', () => {
    const names = [...examples.map(({ code }) => code.slice(0, code.indexOf('('))), 'lossMetric'];
    expect(names.sort()).toEqual(Object.keys(losses).sort());
  });

  it.each(examples)('$code gives $result', ({ code, result }) => {
    const run = new Function(...Object.keys(scope), `return ${code};`);
    const got: number[] = Array.from(run(...Object.values(scope)).dataSync());
    expect(got).toHaveLength(result.length);
    result.forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 6);
    });
  });
});
