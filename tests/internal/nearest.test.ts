import { expect, it } from 'vitest';
import { nearest } from '../../src/internal/nearest';

const HOOKS = ['onFitBegin', 'onEpochBegin', 'onStepEnd', 'onEpochEnd', 'onSafePoint', 'onFitEnd'];

it.each([
  ['treshold', ['threshold', 'classes'], 'threshold'],
  ['lesoin', ['covid', 'lesion'], 'lesion'],
  ['maxFPR', ['average', 'maxFpr'], 'maxFpr'],
  ['onFitStart', HOOKS, 'onFitBegin'],
  ['no ne', ['no', 'yes'], undefined],
  ['banana', ['classes', 'labels'], undefined],
  ['on', [], undefined],
] as const)('takes %s among %j for %s', (name, names, wanted) => {
  expect(nearest(name, names)).toBe(wanted);
});
