import '@tensorflow/tfjs-layers';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { beforeAll } from 'vitest';
import { PUBLISHED_NETS } from './layers';
import { netContract } from './net-contract';

// What nets.test.ts says of the others; on simd, as the cpu backend takes minutes for their gradients.

beforeAll(async () => {
  await registerSimdBackend({ threads: 1 });
  await setBackend('simd');
});

netContract(PUBLISHED_NETS);
