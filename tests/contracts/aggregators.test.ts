import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Aggregator, ElementwiseAggregator } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { AGGREGATORS, ELEMENTWISE } from './aggregators';
import { expectToResume, fitTiny } from './fit-tiny';

// What every aggregator must do, whatever it computes.

useCpu();

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const gramianOf = (rows: number[][]) => rows.map((a) => rows.map((b) => dot(a, b)));
const names = (k: number) => Array.from({ length: k }, (_, i) => `t${i}`);
const lossesOf = (tasks: readonly string[]) => Object.fromEntries(tasks.map((task) => [task, 1]));

function weigh(aggregator: Aggregator<string>, gramian: number[][], step = 0): readonly number[] {
  const tasks = names(gramian.length);
  return aggregator.weights(gramian, tasks, { step, losses: lossesOf(tasks) });
}

/** What the gradients, one a row, become. */
function joined(
  aggregator: Aggregator<string> | ElementwiseAggregator<string>,
  rows: number[][],
  step = 0,
  tasks: readonly string[] = names(rows.length),
): number[] {
  const context = { step, losses: lossesOf(tasks), place: 0 };
  if (aggregator.join !== undefined) {
    return tidy(() => aggregator.join(tensor2d(rows), tasks, context).arraySync());
  }
  const weights = aggregator.weights(gramianOf(rows), tasks, context);
  return rows[0].map((_, i) => weights.reduce((sum, weight, k) => sum + weight * rows[k][i], 0));
}

/** Gradients of 1 to 5 tasks over 3 parameters, none of them tiny. */
const entry = fc.double({ min: -2, max: 2, noNaN: true });
const jacobians = fc
  .array(fc.array(entry, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 })
  .filter((rows) => rows.every((row) => dot(row, row) > 1e-2));

const G = [0.3, -1.2, 0.7];
const ZERO = [0, 0, 0];
const OPPOSITE = G.map((v) => -v);
const EXTREME = [[ZERO], [ZERO, ZERO], [ZERO, G], [G, G], [G, OPPOSITE], [G, OPPOSITE, ZERO], [G, G, G, OPPOSITE]];

describe.each(Object.entries({ ...AGGREGATORS, ...ELEMENTWISE }))('%s', (name, make) => {
  it('has its name', () => {
    expect(make().name).toBe(name);
  });

  it('goes on from a snapshot of any step as if it had never stopped', async () => {
    await expectToResume(() => ({ aggregator: make() }));
  });

  it('goes on from what it saved, through JSON, as if it had never stopped', () => {
    const step = (aggregator: ReturnType<typeof make>, n: number) => {
      const rows: Record<string, number[]> = { a: [1, 0.2 + n], b: [-0.5, 1], c: [0.3, -1 - n] };
      const tasks = n % 2 ? ['a', 'c'] : ['a', 'b', 'c'];
      return joined(
        aggregator,
        tasks.map((task) => rows[task]),
        n,
        tasks,
      );
    };
    const first = make();
    for (let n = 0; n < 5; n++) step(first, n);
    const second = make();
    if (first.save !== undefined) second.load?.(JSON.parse(JSON.stringify(first.save())));
    for (let n = 5; n < 9; n++) expect(step(second, n)).toEqual(step(first, n));
    if (first.save !== undefined) expect(step(make(), 9)).not.toEqual(step(first, 9));
  });

  it('gives the same from a new one, for one task as for several', () => {
    fc.assert(
      fc.property(jacobians, (rows) => {
        const result = joined(make(), rows, 3);
        expect(result.every(Number.isFinite)).toBe(true);
        expect(joined(make(), rows, 3)).toEqual(result);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('lives with gradients of zero, alike and opposite', () => {
    for (const rows of EXTREME) {
      const result = joined(make(), rows);
      expect(result.every(Number.isFinite)).toBe(true);
      expect(Math.hypot(...result)).toBeLessThan(Math.max(1e-9, 8 * Math.hypot(...G)));
    }
  });

  it.each([1e-12, 1e12])('is finite where gradients are %d times as long, all or one of them', (scale) => {
    for (const rows of EXTREME) {
      for (const scaled of [rows.length, 1]) {
        const result = joined(
          make(),
          rows.map((row, k) => row.map((v) => (k < scaled ? scale * v : v))),
        );
        expect(result.every(Number.isFinite), JSON.stringify(rows)).toBe(true);
      }
    }
  });

  it('gives back everything that it took', async () => {
    await expectNoLeak(() => fitTiny({ aggregator: make() }, { epochs: 1 }));
  });
});

describe.each(Object.entries(AGGREGATORS))('%s', (name, make) => {
  it('gives one finite weight per task', () => {
    fc.assert(
      fc.property(jacobians, (rows) => {
        const weights = weigh(make(), gramianOf(rows), 3);
        expect(weights).toHaveLength(rows.length);
        expect(weights.every(Number.isFinite)).toBe(true);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('lives with a Gramian of float32 rounding', () => {
    for (const rows of EXTREME) {
      const rounded = gramianOf(rows).map((row, a) =>
        row.map((v, b) => Math.fround(v * (1 + 1e-7 * Math.sin(a * 3 + b)))),
      );
      const symmetric = rounded.map((row, a) => row.map((_, b) => rounded[Math.min(a, b)][Math.max(a, b)]));
      expect(weigh(make(), symmetric).every(Number.isFinite)).toBe(true);
    }
  });

  it('says what is wrong with a Gramian', () => {
    const context = { step: 0, losses: { a: 1, b: 1 } };
    expect(() => make().weights([[1]], ['a', 'b'], context)).toThrow(
      `${name}: the Gramian must be 2 x 2, a row for each of a, b; got rows of 1.`,
    );
    expect(() => make().weights([], [], context)).toThrow('a row for each of no task; got rows of nothing.');
    expect(() => make().weights([[Number.NaN]], ['a'], context)).toThrow(`${name}: the Gramian must be finite`);
    expect(() => make().weights([[-1]], ['a'], context)).toThrow('not negative on its diagonal, got [[-1]].');
  });
});
