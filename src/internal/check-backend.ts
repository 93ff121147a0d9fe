import { engine } from '@tensorflow/tfjs-core';

/** Throws where TensorFlow.js has no backend yet: what it says itself does not tell what to do. */
export function checkBackend(caller: string): void {
  if (Object.keys(engine().registryFactory).length > 0) return;
  throw new Error(
    `${caller}: TensorFlow.js has no backend yet. Call \`await useBackend()\` from 'tfjs-multitask/backends' first; it ` +
      'needs one installed: npm install @tensorflow/tfjs-backend-cpu, which simd, the fast one, is built on.',
  );
}
