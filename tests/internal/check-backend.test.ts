import { expect, it } from 'vitest';
import { ConvEncoder, MLPHead } from '../../src/layers/index';
import { loadMultitask, multitask } from '../../src/models/index';

// No backend is imported here: this is what whoever forgot `useBackend` sees.
it('says what to call where no backend has been chosen', async () => {
  const advice = (caller: string) =>
    `${caller}: TensorFlow.js has no backend yet. Call \`await useBackend()\` from 'tfjs-multitask/backends' first; it ` +
    'needs one installed: npm install @tensorflow/tfjs-backend-cpu, which simd, the fast one, is built on.';
  expect(() => multitask({ inputShape: [8, 8, 1], encoder: ConvEncoder(), heads: { severity: MLPHead() } })).toThrow(
    new Error(advice('multitask')),
  );
  await expect(loadMultitask('https://example.org/model.json')).rejects.toThrow(new Error(advice('loadMultitask')));
});
