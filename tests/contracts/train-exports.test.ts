import { expect, it } from 'vitest';
import * as node from '../../src/node/index';
import * as train from '../../src/train/index';
import { AGGREGATORS, ELEMENTWISE } from './aggregators';
import { CALLBACKS } from './callbacks';
import { exportsIn } from './exports';
import { WEIGHTINGS } from './weightings';

/** Exports that are no weighting, aggregator, callback or schedule. */
const OTHERS = {
  train: ['alternate', 'conflicts', 'createTrainer', 'taskWeights'],
  node: [
    'cached',
    'classColumn',
    'featureFolder',
    'fileSystem',
    'imageColumn',
    'imageFolder',
    'labelsColumn',
    'loadCheckpoint',
    'manifestDataset',
    'maskColumn',
    'numberColumn',
    'paperColumns',
    'readArchive',
    'readImage',
    'readMask',
    'removeLeftovers',
    'stopOnSignal',
    'writeArchive',
    'writeBytes',
    'writeJson',
    'writePng',
  ],
};

it('there is a case for every weighting, aggregator, callback and schedule that is exported', () => {
  const cases = exportsIn(Object.keys({ ...WEIGHTINGS, ...AGGREGATORS, ...ELEMENTWISE, ...CALLBACKS }));
  const all = [...Object.keys(train), ...Object.keys(node)];
  expect([...cases, ...OTHERS.train, ...OTHERS.node].sort()).toEqual(all.sort());
});
