import { describe, expect, it } from 'vitest';
import * as exported from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { exportsIn } from './exports';
import { MODELS } from './models';

// What every model must be, whatever it computes; net-contract.ts says what its net must do.

useCpu();

/** Exports that build no model. */
const OTHERS = [
  'cacheFeatures',
  'copyWeights',
  'extractFeatures',
  'freeze',
  'fromLayersModel',
  'gradCam',
  'loadMultitask',
  'predictAll',
  'standardize',
  'unfreeze',
];

it('has a case for every model and every way of sharing that is exported', () => {
  expect([...exportsIn(Object.keys(MODELS)), ...OTHERS].sort()).toEqual(Object.keys(exported).sort());
});

describe.each(Object.entries(MODELS))('%s', (_, make) => {
  it('has outputs that are named after its tasks, in their order', async () => {
    await expectNoLeak(() => {
      const { net, tasks, dispose } = make();
      expect(net.outputNames).toEqual(tasks);
      dispose();
    });
  });
});
