import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OfficialBackend, Program } from './backend';

const THREADS = 64;

/** What a thread does for its element of the output. */
export interface FlatProgram {
  /** Names the code. */
  readonly key: string;
  readonly inputs: { readonly [name: string]: TensorInfo };
  readonly outputShape: number[];
  /** Whether a thread does four elements side by side, and inputs and output are arrays of `vec4<f32>`. */
  readonly fours?: boolean;
  /** Uniforms by name, each a `vec4<i32>`. */
  readonly uniforms: { readonly [name: string]: readonly [number, number, number, number] };
  readonly functions?: string;
  /** WGSL that sets `result[i]`. */
  readonly code: string;
}

/** Runs a program with one thread for each element of the output, or for each four of them. */
export function runFlat(
  backend: OfficialBackend,
  { key, inputs, outputShape, fours = false, uniforms, functions = '', code }: FlatProgram,
): TensorInfo {
  const count = util.sizeFromShape(outputShape) / (fours ? 4 : 1);
  const groups = Math.ceil(count / THREADS);
  const side = Math.ceil(Math.sqrt(groups));
  const names = Object.keys(inputs);
  const program: Program = {
    variableNames: names,
    variableComponents: names.map(() => (fours ? 4 : 1)),
    outputComponent: fours ? 4 : 1,
    outputShape,
    uniforms: ['count', ...Object.keys(uniforms)].map((name) => `${name} : vec4<i32>,`).join(' '),
    workgroupSize: [THREADS, 1, 1],
    dispatchLayout: { x: [0], y: [1] },
    dispatch: [side, Math.ceil(groups / Math.max(1, side)), 1],
    shaderKey: `${key}_${fours}`,
    getUserCode: () => `${functions}
  fn main() {
    let i = i32((workgroupId.x + workgroupId.y * numWorkgroups.x) * ${THREADS}u + localIndex);
    if (i >= uniforms.count.x) { return; }
    ${code}
  }`,
  };
  const values = [[count, 0, 0, 0], ...Object.values(uniforms)].map((data) => ({ type: 'int32', data }) as const);
  return backend.runWebGPUProgram(program, Object.values(inputs), 'float32', values);
}
