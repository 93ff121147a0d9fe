import { input, type layers as standard } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { arrayDataset, batches } from '../../src/data/index';
import {
  AttentionGate,
  ConvEncoder,
  CrossStitch,
  ExpertMixture,
  Film,
  GroupNorm,
  InstanceNorm,
  MLPHead,
  SubspaceMix,
  UNetEncoder,
} from '../../src/layers/index';
import { loadMultitask, multitask } from '../../src/models/index';
import { equalWeights, imtlL, taskWeights, uncertainty } from '../../src/train/index';

// No backend is imported here: this is what whoever forgot `useBackend` sees.
const advice = (caller: string) =>
  `${caller}: TensorFlow.js has no backend yet. Call \`await useBackend()\` from 'tfjs-multitask/backends' first; it ` +
  'needs one installed: npm install @tensorflow/tfjs-backend-cpu, which simd, the fast one, is built on.';

it('says what to call where no backend has been chosen', async () => {
  expect(() => multitask({ inputShape: [8, 8, 1], encoder: ConvEncoder(), heads: { severity: MLPHead() } })).toThrow(
    new Error(advice('multitask')),
  );
  await expect(loadMultitask('https://example.org/model.json')).rejects.toThrow(new Error(advice('loadMultitask')));
});

it('says so wherever weights would be made: in builders, layers and weightings that learn', () => {
  const images = input({ shape: [8, 8, 8] });
  expect(() => UNetEncoder({ filters: [2, 4] })(images, 'encoder')).toThrow(
    new Error(advice("layer 'encoder/level1/conv1'")),
  );
  const vector = { skips: [], bottleneck: input({ shape: [8] }) };
  expect(() => MLPHead()(vector, 'severity')).toThrow(new Error(advice("layer 'severity/dense1'")));
  for (const layer of [new GroupNorm({ name: 'own' }), new InstanceNorm({ name: 'own' })]) {
    expect(() => layer.apply(images)).toThrow(new Error(advice("layer 'own'")));
  }
  const condition = input({ shape: [2] });
  for (const [layer, inputs] of [
    [new AttentionGate({ name: 'own' }), [images, images]],
    [new CrossStitch({ name: 'own' }), [images, images]],
    [new ExpertMixture({ name: 'own' }), [images, images]],
    [new SubspaceMix({ name: 'own' }), [images, images]],
    [new Film({ name: 'own', conditions: 2 }), [images, condition]],
  ] as const) {
    expect(() => (layer as standard.Layer).apply(inputs as never)).toThrow(advice("layer 'own'"));
  }
  expect(() => uncertainty({ depth: 'regression' })).toThrow(new Error(advice('uncertainty')));
  expect(() => imtlL(['depth'])).toThrow(new Error(advice('imtlL')));
});

it('says so where tensors would be made of samples and losses', async () => {
  const source = batches(arrayDataset({ x: [[1]], y: { severity: [1] } }));
  await expect(source(0).next()).rejects.toThrow(new Error(advice('batches')));
  const progress = { step: 0, epoch: 0, training: true };
  await expect(taskWeights(equalWeights(), { depth: 1 }, progress)).rejects.toThrow(new Error(advice('taskWeights')));
});
