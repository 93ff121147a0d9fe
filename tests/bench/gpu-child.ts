// What training asks of webgpu, in a process of its own: `gpu-child.ts dry|played ours|official` prints it as its last line, in
// JSON: of a step of the paper's model, and of convolutions whose tiles are full. `dry` works it out from shapes, `played`
// counts it on the GPU that is here too.
import '@tensorflow/tfjs-layers';
import { backend, dispose, engine, ones, setBackend, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { useDryBackend } from '../../bench/gpu/dry-backend';
import { kernelName } from '../../bench/gpu/kernel-name';
import { type Tally, tally, type Watched, watchDispatches } from '../../bench/gpu/tally';
import { prepare } from '../../bench/simd/step';
import { registerWebgpuTrainingKernels } from '../../src/backends';
import { addN } from '../../src/backends/patches/webgpu/add-n';
import { replaceOfficial } from '../../src/backends/patches/webgpu/kernel';
import { registerWebgpuBackend } from '../../src/backends/patches/webgpu/register';
import { watchDevice } from './watch-device';

const [how, whose] = process.argv.slice(2);
if (how === 'played') {
  await registerWebgpuBackend({ software: true });
  await setBackend('webgpu');
} else await useDryBackend();
if (whose === 'official') replaceOfficial(addN);
else registerWebgpuTrainingKernels();

let current = '';
let boundBytes = 0;
const watched = backend() as unknown as Watched & { readonly device: GPUDevice };
const device = how === 'played' ? watchDevice(watched.device, () => current) : undefined;
const run = watched.runWebGPUProgram.bind(watched);
watched.runWebGPUProgram = (...call) => {
  const [program, inputs] = call;
  current = kernelName(program.shaderKey);
  for (const shape of [program.outputShape, ...inputs.map((input: TensorInfo) => input.shape)]) {
    boundBytes += 4 * util.sizeFromShape(shape);
  }
  return run(...call);
};
const seen = watchDispatches();

/** What `body` asks for: worked out and, on a device, counted. */
async function count(body: () => unknown): Promise<{ expected: Tally[]; boundBytes: number; counted?: object }> {
  const before = device && { ...device.counts, loads: await device.readBytes() };
  seen.length = 0;
  boundBytes = 0;
  await body();
  const result = { expected: tally(seen), boundBytes };
  if (device === undefined || before === undefined) return result;
  const after = { ...device.counts, loads: await device.readBytes() };
  const loads = [...after.loads].map(([name, bytes]) => [name, bytes - (before.loads.get(name) ?? 0)]);
  const difference = (key: 'dispatches' | 'boundBytes' | 'readBacks' | 'readBackBytes') => after[key] - before[key];
  const counted = {
    dispatches: difference('dispatches'),
    boundBytes: difference('boundBytes'),
    readBacks: difference('readBacks'),
    readBackBytes: difference('readBackBytes'),
    loads: Object.fromEntries(loads),
  };
  return { ...result, counted };
}

const { step } = await prepare('webgpu', { image: 16, filters: 4, batch: 2 });
for (let i = 0; i < 2; i++) await step(); // the optimizer makes its moments, and the labels come back once to be checked
const training = await count(step);

const attrs = { strides: [1, 1], pad: 'same', dilations: 1, dataFormat: 'NHWC' };
const shapes = { inputShape: [1, 64, 64, 64], filterShape: [1, 1, 64, 64] };
const [x, filter] = [ones(shapes.inputShape), ones(shapes.filterShape)];
const fullTiles = await count(async () => {
  const runKernel = (name: string, inputs: Record<string, Tensor>) =>
    engine().runKernel(name, inputs, { ...attrs, ...shapes }) as Tensor;
  const results = [
    runKernel('Conv2D', { x, filter }),
    runKernel('Conv2DBackpropInput', { dy: x, filter }),
    runKernel('Conv2DBackpropFilter', { x, dy: x }),
  ];
  for (const result of results) await result.data();
  dispose(results);
});
console.log(JSON.stringify({ training, fullTiles }));
process.exit();
