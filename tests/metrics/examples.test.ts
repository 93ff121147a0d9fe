import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as metrics from '../../src/metrics/index';
import { expectClose } from '../golden/metrics-classification/golden';

const folder = new URL('../../src/metrics/', import.meta.url);

/** `await score(...); // result` in the docs, the result on that line or the next; a colon ends a number. */
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const examples = files.flatMap((file) => {
  const source = readFileSync(new URL(file, folder), 'utf8');
  const found = source.matchAll(/^ \* (await score\(.*\));(?:\n \*)? \/\/ ([-\d.]+|[{[].*[}\]])/gm);
  return [...found].map(([, call, result]) => [file, call, result] as const);
});

const evaluate = (code: string): unknown =>
  new Function(...Object.keys(metrics), `return (async () => (${code}))();`)(...Object.values(metrics));

describe('the examples in the docs of the metrics', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(20);
  });

  it.each(examples)('%s: %s is %s', async (_, call, result) => {
    expectClose(await evaluate(call), await evaluate(result), 5e-4);
  });
});
