import { backend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { kernelName } from './kernel-name';
import { convolutionLoads, type LoadingProgram } from './loads';

/** One dispatch of a shader. */
export interface Dispatch {
  /** The beginning of the shader's key, which names the kernel. */
  readonly name: string;
  /** Of the tensors that it reads and writes, each once. */
  readonly bytes: number;
  /** Bytes that the threads of convolutions and of their gradients load from them, again and again. */
  readonly loads: number;
  /** Of the tiled products: two for each product of two numbers. */
  readonly flops: number;
}

interface Program extends LoadingProgram {
  readonly outputShape: number[];
}

/** What tfjs's webgpu backend is, as far as it is watched here. */
export interface Watched {
  runWebGPUProgram(
    program: Program,
    inputs: TensorInfo[],
    dtype: TensorInfo['dtype'],
    uniforms?: readonly { readonly data: readonly number[] }[],
    output?: TensorInfo,
  ): TensorInfo;
}

const bytesOf = ({ shape }: { readonly shape: number[] }): number => 4 * util.sizeFromShape(shape);

/** Notes every dispatch of the present backend in the array that it gives. */
export function watchDispatches(): Dispatch[] {
  const seen: Dispatch[] = [];
  const watched = backend() as unknown as Watched;
  const run = watched.runWebGPUProgram.bind(watched);
  watched.runWebGPUProgram = (program, inputs, dtype, uniforms, output) => {
    const result = run(program, inputs, dtype, uniforms, output);
    const read = inputs.reduce((sum, input) => sum + bytesOf(input), 0);
    // What is changed in place is read and written.
    const written = bytesOf({ shape: program.outputShape }) * (output === undefined ? 1 : 2);
    const [rows, columns, inner] = uniforms?.[0]?.data ?? [];
    const tiled = program.shaderKey.startsWith('tiledProduct');
    seen.push({
      name: kernelName(program.shaderKey),
      bytes: read + written,
      loads: convolutionLoads(program, uniforms ?? []),
      flops: tiled ? 2 * rows * columns * inner : 0,
    });
    return result;
  };
  return seen;
}

/** Dispatches of one name together. */
export interface Tally {
  readonly name: string;
  readonly dispatches: number;
  readonly bytes: number;
  readonly loads: number;
  readonly flops: number;
}

/** Adds dispatches up by name, those that move most bytes first. */
export function tally(dispatches: readonly Dispatch[]): Tally[] {
  const byName = new Map<string, Tally>();
  for (const { name, bytes, loads, flops } of dispatches) {
    const before = byName.get(name) ?? { name, dispatches: 0, bytes: 0, loads: 0, flops: 0 };
    byName.set(name, {
      name,
      dispatches: before.dispatches + 1,
      bytes: before.bytes + bytes,
      loads: before.loads + loads,
      flops: before.flops + flops,
    });
  }
  return [...byName.values()].sort((a, b) => b.bytes - a.bytes);
}
