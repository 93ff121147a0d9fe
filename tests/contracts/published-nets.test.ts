import '@tensorflow/tfjs-layers';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { beforeAll } from 'vitest';
import { LARGE_NETS } from './layers';
import { netContract } from './net-contract';

// What nets.test.ts says, of nets that the cpu backend takes minutes for.

beforeAll(async () => {
  await registerSimdBackend({ threads: 1 });
  await setBackend('simd');
});

netContract(LARGE_NETS);
