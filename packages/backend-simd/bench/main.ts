// Times single ops of published networks on simd: npm run bench --workspace tfjs-backend-simd [-- --threads 2]
import { parseArgs } from 'node:util';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from '../src/index';
import { measureOps } from './ops';
import { measurePeak } from './peak';
import { opTable } from './tables';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { threads: { type: 'string', default: '2' } } });
  const threads = Number(values.threads);
  const peak = await measurePeak(threads);
  await registerSimdBackend({ threads });
  await setBackend('simd');
  console.log(opTable(await measureOps((name) => console.error(name)), peak));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
