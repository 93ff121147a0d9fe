import { dispose } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { slopesOf } from '../support/slopes';
import { expectToResume, fitTiny } from './fit-tiny';
import { WEIGHTINGS } from './weightings';

// What every weighting must do, whatever it computes.

useCpu();

describe.each(Object.entries(WEIGHTINGS))('%s', (name, make) => {
  it('has its name', async () => {
    const weighting = make();
    expect(weighting.name).toBe(name);
    dispose([...(weighting.variables ?? [])]);
  });

  it('goes on from a snapshot of any step as if it had never stopped', async () => {
    await expectToResume(() => ({ weighting: make() }));
  });

  it('lets the losses fall on batches that lack tasks', async () => {
    const { history } = await fitTiny({ weighting: make() }, { epochs: 12 });
    const sum = (at: number) => history.epochs[at].train.a.loss + history.epochs[at].train.b.loss;
    expect(sum(11)).toBeLessThan(0.7 * sum(0));
  });

  it('gives an absent task no weight', async () => {
    const weighting = make();
    const { value, slopes } = await slopesOf(weighting, { a: 0.7 }, { step: 1, epoch: 1 });
    expect(Number.isFinite(value)).toBe(true);
    expect(Object.keys(slopes)).toEqual(['a']);
    expect(slopes.a).toBeGreaterThan(0);
    dispose([...(weighting.variables ?? [])]);
  });

  it('scores a model without changing', async () => {
    const weighting = make();
    const before = structuredClone(weighting.save?.());
    const joined = () => slopesOf(weighting, { a: 0.7, b: 0.1 }, { step: 3, epoch: 1, training: false });
    expect(await joined()).toEqual(await joined());
    expect(weighting.save?.()).toEqual(before);
    dispose([...(weighting.variables ?? [])]);
  });

  it.each([
    { losses: 'alike', a: 0.5, b: 0.5 },
    { losses: 'zero', a: 0, b: 0 },
    { losses: 'one of them zero', a: 0, b: 3 },
    { losses: 'huge', a: 1e20, b: 1e20 },
    { losses: 'far apart', a: 1e-20, b: 1e20 },
  ])('is finite where losses are $losses, before and after steps and epochs of them', async ({ a, b }) => {
    const weighting = make();
    for (let epoch = 0; epoch < 4; epoch++) {
      const { value, slopes } = await slopesOf(weighting, { a, b }, { step: epoch, epoch });
      for (const number of [value, slopes.a, slopes.b]) expect(number).toSatisfy(Number.isFinite);
      weighting.endStep?.({ a, b }, { a, b });
      weighting.endEpoch?.({ a, b });
    }
    dispose([...(weighting.variables ?? [])]);
  });

  it('gives back everything that it took', async () => {
    await expectNoLeak(() => fitTiny({ weighting: make() }, { epochs: 1 }));
  });
});
