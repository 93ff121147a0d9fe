import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignedMtl } from '../../../src/train/aggregators/aligned-mtl';
import { caGrad } from '../../../src/train/aggregators/ca-grad';
import { conflictFreeGradient } from '../../../src/train/aggregators/conflict-free-gradient';
import { dualProj } from '../../../src/train/aggregators/dual-proj';
import { fairGrad } from '../../../src/train/aggregators/fair-grad';
import { imtlG } from '../../../src/train/aggregators/imtl-g';
import { meanGradient } from '../../../src/train/aggregators/mean-gradient';
import { mgda } from '../../../src/train/aggregators/mgda';
import { nashMtl } from '../../../src/train/aggregators/nash-mtl';
import { projectConflicts } from '../../../src/train/aggregators/project-conflicts';
import { sumGradient } from '../../../src/train/aggregators/sum-gradient';
import { upGrad } from '../../../src/train/aggregators/up-grad';
import { vaccinate } from '../../../src/train/aggregators/vaccinate';
import type { Aggregator } from '../../../src/types';

interface Case {
  jacobian: number[][];
  fullRank: boolean;
  expected: Record<string, number[]>;
  preference: number[];
  preferred: Record<string, number[]>;
  orders: number[][];
  pcGrad: number[];
  gradVac: number[][];
}

const { cases } = JSON.parse(readFileSync(new URL('./aggregators.json', import.meta.url), 'utf8')) as {
  cases: Record<string, Case>;
};

const gramianOf = (jacobian: number[][]) =>
  jacobian.map((a) => jacobian.map((b) => a.reduce((sum, v, i) => sum + v * b[i], 0)));

const namesOf = (jacobian: number[][]) => jacobian.map((_, k) => `task ${k}`);

const apply = (jacobian: number[][], weights: readonly number[]) =>
  jacobian[0].map((_, i) => weights.reduce((sum, w, k) => sum + w * jacobian[k][i], 0));

const aggregate = (jacobian: number[][], aggregator: Aggregator<string>) =>
  apply(jacobian, aggregator.weights(gramianOf(jacobian), namesOf(jacobian), { step: 0, losses: {} }));

/** Compares with a tolerance relative to the longest gradient. */
function expectGradient(actual: number[], expected: number[], jacobian: number[][], tolerance: number): void {
  const scale = Math.max(...jacobian.map((row) => Math.hypot(...row)), 1e-300);
  const distance = Math.hypot(...actual.map((v, i) => v - expected[i]));
  expect(distance / Math.max(scale, Math.hypot(...expected))).toBeLessThan(tolerance);
}

const aggregators: Record<string, () => Aggregator<string>> = {
  meanGradient: () => meanGradient(),
  sumGradient: () => sumGradient(),
  imtlG: () => imtlG(),
  upGrad: () => upGrad(),
  dualProj: () => dualProj(),
  alignedMtl: () => alignedMtl(),
  'alignedMtl rms': () => alignedMtl({ scaleMode: 'rms' }),
  'alignedMtl median': () => alignedMtl({ scaleMode: 'median' }),
  conFig: () => conflictFreeGradient(),
  mgda: () => mgda(),
  'caGrad 0.5': () => caGrad(),
  'caGrad 2': () => caGrad({ c: 2 }),
  'fairGrad 1': () => fairGrad({ alpha: 1 }),
  'fairGrad 2': () => fairGrad(),
  nashMtl: () => nashMtl(),
};

describe.each(Object.entries(cases))('the gradients of %s', (_, { jacobian, expected, ...rest }) => {
  const known = Object.keys(aggregators).filter((name) => name in expected);

  it.each(known)('are aggregated as the reference does: %s', (name) => {
    expectGradient(aggregate(jacobian, aggregators[name]()), expected[name], jacobian, 1e-6);
  });

  it.each(known.filter((name) => `${name} TorchJD` in expected))('come close to an early stop: %s', (name) => {
    expectGradient(aggregate(jacobian, aggregators[name]()), expected[`${name} TorchJD`], jacobian, 2e-3);
  });

  it('are aggregated with a preference', () => {
    const preference = Object.fromEntries(rest.preference.map((value, k) => [`task ${k}`, value]));
    for (const [name, make] of Object.entries({ upGrad, dualProj, alignedMtl, conFig: conflictFreeGradient })) {
      expectGradient(aggregate(jacobian, make({ preference })), rest.preferred[name], jacobian, 1e-6);
    }
  });

  it('are projected as PCGrad does, in the same order', () => {
    expectGradient(apply(jacobian, projectConflicts(gramianOf(jacobian), rest.orders)), rest.pcGrad, jacobian, 1e-8);
  });

  it('are vaccinated as GradVac does, in the same order, over three steps', () => {
    const k = jacobian.length;
    const averages = jacobian.map(() => jacobian.map(() => 0));
    for (const [call, share] of [1, 0.7, 1.3].entries()) {
      const moved = jacobian.map((row, i) => {
        const factor = k === 1 ? 1 : 1 + ((share - 1) * i) / (k - 1);
        return row.map((v, p) => v * factor + (share - 1) * jacobian[(i + k - 1) % k][p]);
      });
      const weights = vaccinate(
        gramianOf(moved),
        rest.orders,
        (i, j) => averages[i][j],
        (i, j, cosine) => {
          averages[i][j] = 0.7 * averages[i][j] + 0.3 * cosine;
        },
      );
      expectGradient(apply(moved, weights), rest.gradVac[call], moved, 1e-8);
    }
  });
});
