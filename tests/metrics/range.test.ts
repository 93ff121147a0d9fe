import { describe, expect, it } from 'vitest';
import { random } from '../../src/data/index';
import {
  accuracy,
  auc,
  averagePrecision,
  balancedAccuracy,
  brierScore,
  calibrationError,
  cohenKappa,
  dice,
  f1,
  fBeta,
  iou,
  matthewsCorrelation,
  score,
} from '../../src/metrics/index';
import type { Metric } from '../../src/types';

const METRICS: readonly (readonly [string, Metric<never>, low: number])[] = [
  ['accuracy', accuracy(), 0],
  ['auc', auc(), 0],
  ['auc up to a rate', auc({ maxFpr: 0.1 }), 0],
  ['averagePrecision', averagePrecision(), 0],
  ['balancedAccuracy', balancedAccuracy(), 0],
  ['brierScore', brierScore(), 0],
  ['calibrationError', calibrationError(), 0],
  ['calibrationError l2', calibrationError({ gapNorm: 'l2' }), 0],
  ['cohenKappa', cohenKappa(), -1],
  ['linear cohenKappa', cohenKappa({ disagreement: 'linear' }), -1],
  ['dice', dice(), 0],
  ['f1', f1(), 0],
  ['fBeta', fBeta(0.3), 0],
  ['iou', iou(), 0],
  ['matthewsCorrelation', matthewsCorrelation(), -1],
] as unknown as readonly (readonly [string, Metric<never>, number])[];

/** Cases that are all right or all wrong, with weights that binary fractions cannot hold. */
function extreme(seed: number, right: boolean) {
  const stream = random(seed, 'extreme');
  const count = 4 + Math.floor(stream.uniform() * 20);
  const yTrue = Array.from({ length: count }, (_, i) => (i < 2 ? i : Math.floor(stream.uniform() * 2)));
  const yPred = yTrue.map((y) => (y === (right ? 1 : 0) ? 1 : 0) * (1 - stream.uniform() * 0.25));
  const weight = yTrue.map(() => Math.floor(1 + stream.uniform() * 9) / 10 / (1 + Math.floor(stream.uniform() * 3)));
  return [yTrue, yPred, weight] as const;
}

describe.each(METRICS)('%s', (_, metric, low) => {
  it('stays in its range where the cases are all right or all wrong and their weights round', async () => {
    for (let seed = 0; seed < 500; seed++) {
      for (const right of [true, false]) {
        const [yTrue, yPred, weight] = extreme(seed, right);
        const value = await score(metric, yTrue, yPred, weight);
        expect(value, `seed ${seed}`).toBeGreaterThanOrEqual(low);
        expect(value, `seed ${seed}`).toBeLessThanOrEqual(1);
      }
    }
  });
});

it('a value for 0/0 outside of the range is given as it is', async () => {
  for (const make of [auc, averagePrecision, matthewsCorrelation, cohenKappa]) {
    const metric = (make as (options: object) => Metric<never>)({ zeroDivision: -7 });
    expect(await score(metric, [0, 0], [0.1, 0.2])).toBe(-7);
  }
});
