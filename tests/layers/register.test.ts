import { serialization } from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { convBlock, registerLayers } from '../../src/layers/index';
import { useCpu } from '../support/cpu';

useCpu();

const registered = () =>
  Object.keys(serialization.SerializationMap.getMap().classNameMap)
    .filter((name) => name.startsWith('TfjsMultitask'))
    .sort();

// One test: what is registered stays so.
it('registers nothing at import, what a builder makes when it makes it, and every layer when asked', () => {
  expect(registered()).toEqual([]);
  convBlock({ filters: 4, norm: 'group' })(input({ shape: [4, 4, 1] }), 'block');
  expect(registered()).toEqual(['TfjsMultitaskGroupNorm']);
  registerLayers();
  expect(registered()).toEqual([
    'TfjsMultitaskAttentionGate',
    'TfjsMultitaskBilinearUpsampling',
    'TfjsMultitaskCapsuleLength',
    'TfjsMultitaskCapsuleRouting',
    'TfjsMultitaskCrossStitch',
    'TfjsMultitaskExpertMixture',
    'TfjsMultitaskFilm',
    'TfjsMultitaskGroupNorm',
    'TfjsMultitaskInstanceNorm',
    'TfjsMultitaskMaskCapsules',
    'TfjsMultitaskParameterDistance',
    'TfjsMultitaskRepeatBatch',
    'TfjsMultitaskSeededDropout',
    'TfjsMultitaskSliceBatch',
    'TfjsMultitaskSquash',
    'TfjsMultitaskStopGradient',
    'TfjsMultitaskSubspaceMix',
  ]);
});
