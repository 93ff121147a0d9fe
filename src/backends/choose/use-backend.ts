import { checkChoice, checkInteger } from '../../internal/check';
import { automaticOrder, type BackendName, candidates } from './candidates';
import { selectBackend } from './select-backend';

/** Options of {@link useBackend}. */
export interface UseBackendOptions {
  /**
   * Called, where no backend is asked for, with a message about one that is installed but does not work, and about what
   * to install where only a slow one works. Default: none; as nobody would know, `cpu` is then not chosen, nor is another
   * backend in place of a node-gpu that is installed but does not work.
   */
  readonly onNotice?: ((message: string) => void) | undefined;
  /**
   * Whether `webgpu` and `webgl` may run on a software renderer (WebGPU: a fallback adapter), and `node-gpu` without a
   * GPU. They are then slower than `simd`. Default: true where the environment variable `TFJS_MULTITASK_SOFTWARE_GPU`
   * is 1, else false.
   */
  readonly software?: boolean | undefined;
  /**
   * Threads among which `simd` shares its work, the calling one among them: for several processes on one machine.
   * Where no threads can be started, as on a page that is not cross-origin isolated, there is one. Where simd already
   * runs with another number, this is an error, or a notice if no `name` is given. Other backends ignore it. Default: as
   * many as there are cores, at most 16.
   */
  readonly threads?: number | undefined;
}

/**
 * Makes TensorFlow.js compute with the fastest backend that is installed and works here, and returns its name: in Node
 * the first of node-gpu, node, webgpu, simd, wasm and cpu, in a browser of webgpu, webgl, simd, wasm and cpu.
 *
 * Each is imported, initialised and made to compute a convolution, whose result is compared. On all but webgl and simd,
 * the kernels for training are completed or corrected ({@link registerNodeTrainingKernels},
 * {@link registerWebgpuTrainingKernels}, {@link registerWasmTrainingKernels}, {@link registerCpuTrainingKernels}).
 *
 * Before node and node-gpu are loaded, the environment variable `TF_FORCE_GPU_ALLOW_GROWTH` is set to true, so that
 * TensorFlow takes a GPU's memory as it needs it, and `TF_CPP_MIN_LOG_LEVEL` to 1, unless they are set; on Node 23 and
 * later `util.isArray` and `util.isNullOrUndefined`, which they still call, are given back to Node's `util`.
 *
 * `name`, or else the environment variable `TFJS_MULTITASK_BACKEND`, asks for one; no other takes its place.
 *
 * @throws {RangeError} for an unknown name and for `threads` that are not a whole number of at least 1.
 * @throws {Error} that says what to do, where the backend asked for is not installed, does not work or uses another copy
 * of tfjs-core, where none works, and where only a slow one works and `onNotice` is missing. The backend that was set
 * before is then set again.
 * @example
 * ```ts
 * import { useBackend } from 'tfjs-multitask/backends';
 *
 * await useBackend('wasm'); // 'wasm'
 * await useBackend('simd', { threads: 2 }); // 'simd'
 * const name = await useBackend(undefined, { onNotice: console.warn }); // the fastest one here
 * ```
 */
export async function useBackend(name?: BackendName, options: UseBackendOptions = {}): Promise<BackendName> {
  const environment = globalThis.process?.env;
  const { onNotice, software = environment?.TFJS_MULTITASK_SOFTWARE_GPU === '1', threads } = options;
  if (threads !== undefined) checkInteger(threads, 1, 'useBackend: threads');
  const variable = environment?.TFJS_MULTITASK_BACKEND || undefined;
  const wanted = name ?? (variable as BackendName | undefined);
  if (wanted !== undefined) {
    const names = candidates.map((candidate) => candidate.name);
    checkChoice(wanted, names, name === undefined ? 'useBackend: TFJS_MULTITASK_BACKEND' : 'useBackend: name');
  }
  return selectBackend(candidates, automaticOrder(), wanted, onNotice, { software, threads });
}
