// What a training step of the paper's model asks of a GPU: dispatches, bytes and operations, counted without one.
//
//   npx tsx bench/gpu/count.ts [--official] [--sizes 256x64x4,256x64x16]     IMAGE x MAPS x BATCH
//
// --official leaves tfjs's own kernels in place, all but those without which the step fails. What is loaded is what the
// threads of convolutions and of their gradients read, the same again and again; of our tiles at most, as what hangs over an
// edge is not read. tests/bench/gpu.test.ts counts all of this on SwiftShader, where a step is small enough for it.
import '@tensorflow/tfjs-layers';
import { parseArgs } from 'node:util';
import { backend } from '@tensorflow/tfjs-core';
import { addN } from '../../src/backends/patches/webgpu/add-n';
import { replaceOfficial } from '../../src/backends/patches/webgpu/kernel';
import { registerWebgpuTrainingKernels } from '../../src/backends/patches/webgpu/register-webgpu-training-kernels';
import { prepare } from '../simd/step';
import { peakBytes, useDryBackend } from './dry-backend';
import { tally, type Watched, watchDispatches } from './tally';

const { values } = parseArgs({
  options: {
    official: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '256x64x4,256x64x16' },
  },
});

await useDryBackend();
if (values.official) replaceOfficial(addN);
else registerWebgpuTrainingKernels();
const seen = watchDispatches();
const billions = (value: number): string => (value / 1e9).toFixed(2);
for (const size of values.sizes.split(',')) {
  const [image, filters, batch] = size.split('x').map(Number);
  const { step } = await prepare('webgpu', { image, filters, batch });
  await step(); // the optimizer makes its moments
  seen.length = 0;
  const peak = await peakBytes(step, backend() as unknown as Watched);
  const names = tally(seen);
  const sum = (pick: (entry: (typeof names)[number]) => number): number =>
    names.reduce((a, entry) => a + pick(entry), 0);
  const total = [
    sum(({ dispatches }) => dispatches),
    sum(({ bytes }) => bytes),
    sum(({ loads }) => loads),
    sum(({ flops }) => flops),
  ];
  console.log(`\n${image} x ${image}, ${filters} filters, batch ${batch}; tensors take ${billions(peak)} GB at most\n`);
  console.log('| kernel | dispatches | GB read and written | GB loaded | GFLOP |\n| --- | --- | --- | --- | --- |');
  for (const { name, dispatches, bytes, loads, flops } of names) {
    if (bytes > total[1] / 200 || dispatches > total[0] / 50) {
      console.log(`| ${name} | ${dispatches} | ${billions(bytes)} | ${billions(loads)} | ${billions(flops)} |`);
    }
  }
  console.log(`| **all** | ${total[0]} | ${total.slice(1).map(billions).join(' | ')} |`);
}
