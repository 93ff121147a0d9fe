import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';
import { runFlat } from './flat-program';
import { runWebgpuKernel, webgpuKernel } from './kernel';

/** A shader reads seven tensors and writes one: WebGPU grants no more than eight buffers everywhere. */
const AT_ONCE = 7;

function addAtOnce(backend: OfficialBackend, terms: readonly TensorInfo[]): TensorInfo {
  const { shape } = terms[0];
  return runFlat(backend, {
    key: `addN_${terms.length}`,
    inputs: Object.fromEntries(terms.map((term, i) => [`x${i}`, term])),
    outputShape: [...shape],
    fours: util.sizeFromShape(shape) % 4 === 0,
    uniforms: {},
    code: `result[i] = ${terms.map((_, i) => `x${i}[i]`).join(' + ')};`,
  });
}

/** The sum of any number of tensors of one shape. */
export const addN = webgpuKernel('AddN', ({ inputs, backend }) => {
  const terms = Object.values(inputs) as TensorInfo[];
  if (terms.length === 1) return runWebgpuKernel(backend, 'Identity', { x: terms[0] });
  let sum = addAtOnce(backend, terms.slice(0, AT_ONCE));
  for (let next = AT_ONCE; next < terms.length; next += AT_ONCE - 1) {
    const partial = sum;
    sum = addAtOnce(backend, [partial, ...terms.slice(next, next + AT_ONCE - 1)]);
    backend.disposeData(partial.dataId);
  }
  return sum;
});
