import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';

/** Runs a test file on the cpu backend; the layers are imported because they register the gradients. */
export function useCpu(): void {
  beforeAll(async () => {
    await setBackend('cpu');
  });
}
