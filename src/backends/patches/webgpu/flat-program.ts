import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OfficialBackend, Program, Uniforms } from './backend';

type Four = readonly [number, number, number, number];

const THREADS = 64;

interface Code {
  /** Names the code. */
  readonly key: string;
  readonly inputs: { readonly [name: string]: TensorInfo };
  /** WGSL that sets `result[i]`. */
  readonly code: string;
}

/** What a thread does for its element of a new tensor. */
export interface FlatProgram extends Code {
  readonly outputShape: readonly number[];
  /** Whether a thread does four elements side by side, and inputs and output are arrays of `vec4<f32>`. */
  readonly fours?: boolean;
  /** Uniforms by name, each a `vec4<i32>`. */
  readonly uniforms: { readonly [name: string]: Four };
  readonly functions?: string;
}

/** What a thread does for its element of a tensor that is there, which it finds in `result[i]`. */
export interface FlatUpdate extends Code {
  /** The uniform `floats`. */
  readonly floats: Four;
}

function programOf(
  { key, inputs, code }: Code,
  outputShape: readonly number[],
  fours: boolean,
  uniforms: string,
  functions: string,
): { readonly program: Program; readonly count: Uniforms[number] } {
  const count = util.sizeFromShape([...outputShape]) / (fours ? 4 : 1);
  const groups = Math.ceil(count / THREADS);
  const side = Math.max(1, Math.ceil(Math.sqrt(groups)));
  const names = Object.keys(inputs);
  const program: Program = {
    variableNames: names,
    variableComponents: names.map(() => (fours ? 4 : 1)),
    outputComponent: fours ? 4 : 1,
    outputShape: [...outputShape],
    uniforms: `count : vec4<i32>, ${uniforms}`,
    workgroupSize: [THREADS, 1, 1],
    dispatchLayout: { x: [0], y: [1] },
    dispatch: [side, Math.ceil(groups / side), 1],
    shaderKey: `${key}_${fours}`,
    getUserCode: () => `${functions}
  fn main() {
    let i = i32((workgroupId.x + workgroupId.y * numWorkgroups.x) * ${THREADS}u + localIndex);
    if (i >= uniforms.count.x) { return; }
    ${code}
  }`,
  };
  return { program, count: { type: 'int32', data: [count, 0, 0, 0] } };
}

/** Runs a program with one thread for each element of the output, or for each four of them. */
export function runFlat(backend: OfficialBackend, flat: FlatProgram): TensorInfo {
  const { inputs, outputShape, fours = false, uniforms, functions = '' } = flat;
  const fields = Object.keys(uniforms).map((name) => `${name} : vec4<i32>,`);
  const { program, count } = programOf(flat, outputShape, fours, fields.join(' '), functions);
  const values = Object.values(uniforms).map((data) => ({ type: 'int32', data }) as const);
  return backend.runWebGPUProgram(program, Object.values(inputs), 'float32', [count, ...values]);
}

/** Changes `tensor` in place: no other may share its data. */
export function updateFlat(backend: OfficialBackend, tensor: TensorInfo, update: FlatUpdate): void {
  // A shape of one axis, so that programs for tensors of any rank are one.
  const flat = (t: TensorInfo): TensorInfo => ({ ...t, shape: [util.sizeFromShape(t.shape)] });
  const output = flat(tensor);
  const { program, count } = programOf(update, output.shape, false, 'floats : vec4<f32>,', '');
  const inputs = Object.values(update.inputs).map(flat);
  const floats = { type: 'float32', data: update.floats } as const;
  backend.runWebGPUProgram(program, inputs, 'float32', [count, floats], output);
  backend.tensorMap.get(tensor.dataId).values = null; // what was read before is stale
}
