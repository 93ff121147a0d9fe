import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';
import { updateFlat } from './flat-program';
import { webgpuKernel } from './kernel';

interface AdamAttrs {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

type Tensors = { readonly [name: string]: TensorInfo };

/** Lets a moment decay, and adds the gradient, or its square, to it. */
function updateMoment(
  backend: OfficialBackend,
  moment: TensorInfo,
  power: 1 | 2,
  beta: number,
  inputs: { readonly gradient?: TensorInfo; readonly factor?: TensorInfo },
): void {
  const { gradient, factor } = inputs;
  const scaled = factor === undefined ? 'gradient[i]' : 'gradient[i] * factor[0]';
  const present: Tensors = gradient === undefined ? {} : factor === undefined ? { gradient } : { gradient, factor };
  updateFlat(backend, moment, {
    key: `adamMoment_${power}_${Object.keys(present)}`,
    inputs: present,
    floats: [beta, 1 - beta, 0, 0],
    code:
      gradient === undefined
        ? 'result[i] *= uniforms.floats.x;'
        : `let gradient = ${scaled};
    result[i] = result[i] * uniforms.floats.x + ${power === 1 ? 'gradient' : 'gradient * gradient'} * uniforms.floats.y;`,
  });
}

/**
 * Adam's step for many weights, in place, by three programs for each in place of a dozen. Inputs: `value0`, `gradient0`
 * (left out: zeros), `first0`, `second0` for each weight, numbered from 0; the running powers `power1` and `power2` of
 * both betas; and maybe `factor`, which multiplies the gradients.
 */
export const adamUpdate = webgpuKernel<string, AdamAttrs>('AdamUpdate', ({ inputs, attrs, backend }) => {
  const { learningRate, beta1, beta2, epsilon } = attrs;
  const { power1, power2, factor } = inputs;
  for (let i = 0; inputs[`value${i}`] !== undefined; i++) {
    const gradient: TensorInfo | undefined = inputs[`gradient${i}`];
    const first = inputs[`first${i}`];
    const second = inputs[`second${i}`];
    updateMoment(backend, first, 1, beta1, { gradient, factor });
    updateMoment(backend, second, 2, beta2, { gradient, factor });
    updateFlat(backend, inputs[`value${i}`], {
      key: 'adamValue',
      inputs: { first, second, power1, power2 },
      floats: [learningRate, epsilon, 0, 0],
      code: `
    let mean = first[i] / (1.0 - power1[0]);
    let deviation = sqrt(second[i] / (1.0 - power2[0])) + uniforms.floats.y;
    result[i] += mean / deviation * -uniforms.floats.x;`,
    });
  }
  for (const [power, beta] of [
    [power1, beta1],
    [power2, beta2],
  ] as const) {
    const code = 'result[i] *= uniforms.floats.x;';
    updateFlat(backend, power, { key: 'adamPower', inputs: {}, floats: [beta, 0, 0, 0], code });
  }
  return [];
});
