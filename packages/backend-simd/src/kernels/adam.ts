import type { TensorInfo } from '@tensorflow/tfjs-core';
import { behind, NONE } from '../abi/kernel';
import { abi } from '../generated/abi';
import { allFloat, type Kernel, sizeOf } from './kernel';

interface AdamAttrs {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Numbers in the table for each stretch of a weight. */
const ENTRY = 5;

/**
 * Adam's step for many weights in one job, in place: no input may share its data with another tensor. Inputs: `value0`,
 * `gradient0` (left out: zeros), `first0`, `second0` for each weight, numbered from 0; the running powers `power1` and
 * `power2` of both betas; and maybe `factor`, which multiplies the gradients.
 */
const adamUpdate: Kernel = ({ backend, inputs, attrs }) => {
  const { learningRate, beta1, beta2, epsilon } = attrs as unknown as AdamAttrs;
  const { runtime } = backend;
  if (!allFloat(...(Object.values(inputs) as TensorInfo[])))
    throw new TypeError('AdamUpdate: every tensor must be float32.');
  const table: number[] = [];
  for (let i = 0; inputs[`value${i}`]; i++) {
    const gradient = inputs[`gradient${i}`];
    const addresses = [
      backend.addressToChange(inputs[`value${i}`]!),
      gradient ? backend.address(gradient) : NONE,
      backend.addressToChange(inputs[`first${i}`]!),
      backend.addressToChange(inputs[`second${i}`]!),
    ];
    const size = sizeOf(inputs[`value${i}`]!.shape);
    const { itemElements } = runtime.tuning;
    for (let start = 0; start < size; start += itemElements) {
      for (const address of addresses) table.push(address && behind(address, start * 4));
      table.push(Math.min(itemElements, size - start));
    }
  }
  const [power1, power2] = [inputs.power1!, inputs.power2!].map((tensor) => {
    backend.addressToChange(tensor); // what JavaScript made is copied before it is changed
    return backend.view(tensor);
  }) as [Float32Array, Float32Array];
  const factor = inputs.factor ? backend.view(inputs.factor)[0] : 1;
  const at = runtime.heap.allocate(table.length * 4);
  new Int32Array(runtime.memory.buffer, at, table.length).set(table);
  const args = {
    table: at,
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    scale1: 1 - power1[0],
    scale2: 1 - power2[0],
    epsilon,
    rate: -learningRate,
    factor,
  };
  runtime.run(abi.adamUpdate, args, table.length / ENTRY);
  runtime.heap.release(at);
  power1[0] *= Math.fround(beta1);
  power2[0] *= Math.fround(beta2);
  return [];
};

/** Updates of optimizers. TensorFlow.js has no kernels of these names: tfjs-multitask asks for them. */
export const optimizerKernels: Readonly<Record<string, Kernel>> = { AdamUpdate: adamUpdate };
