import type { WasmKernel } from '../abi/kernel';
import { ARGUMENT_COUNT, ARGUMENTS, DONE, WAKEUPS } from '../abi/memory';
import { ABI_VERSION } from '../generated/abi';
import { plainBinary, relaxedBinary } from '../generated/binaries';
import { DEFAULT_TUNING, type Tuning } from '../kernels/tuning';
import { importBuiltin, isNode, nextTurn } from './environment';
import { createHeap, type Heap } from './heap';
import { countCores, findWorkers } from './workers';

/** The compiled kernels with their memory and threads. */
export interface Runtime {
  /** Reading this property waits for the job that was dispatched: keep no view of it across `dispatch`. */
  readonly memory: WebAssembly.Memory;
  readonly heap: Heap;
  /** Threads that work on a job, the main one among them. */
  readonly threads: number;
  /** Whether products and sums are fused into one rounding. */
  readonly relaxed: boolean;
  /** The sizes by which kernels cut and share work. */
  readonly tuning: Tuning;
  /** Computes a job of `items` independent items; `singleThread` keeps one too small to share on this thread. */
  run<A>(kernel: WasmKernel<A>, args: NoInfer<A>, items: number, singleThread?: boolean): void;
  /**
   * The same, but other threads may still be computing when it returns. What they compute is there as soon as anyone looks at the
   * memory or gives the next job.
   */
  dispatch<A>(kernel: WasmKernel<A>, args: NoInfer<A>, items: number, singleThread?: boolean): void;
  /** Waits for the job that was dispatched without holding up the event loop. */
  settled(): Promise<void>;
  /** Ends the threads. The runtime computes on one thread from then on. */
  dispose(): void;
}

/** A runtime whose threads have not been started. */
export interface StartableRuntime {
  readonly runtime: Runtime;
  startThreads(): void;
}

interface Exports {
  abiVersion(): number;
  runSingleThread(kernel: number, items: number): void;
  runShared(kernel: number, items: number, spins: number): number;
  finished(spins: number): number;
}

/** A job none of whose items ends while this thread looks for so long has lost a thread. */
const PATIENCE_MS = 4000;

/** Two looks further apart have something else between them, such as a computer asleep, which is no sign of anything. */
const LOOK_MS = 50;

/** So often `finished` looks at once: some ten microseconds. */
const LOOKS = 10_000;
const INITIAL_PAGES = 256;

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function chooseBinary(fused: boolean): Promise<{ binary: Uint8Array<ArrayBuffer>; relaxed: boolean }> {
  const relaxed = decode(relaxedBinary);
  if (fused && !WebAssembly.validate(relaxed) && isNode()) {
    // Node 20 has relaxed SIMD behind a flag, which counts for modules compiled after it is set
    const v8 = await importBuiltin<typeof import('node:v8')>('node:v8');
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  if (fused && WebAssembly.validate(relaxed)) return { binary: relaxed, relaxed: true };
  const plain = decode(plainBinary);
  if (WebAssembly.validate(plain)) return { binary: plain, relaxed: false };
  throw new Error(
    'simd backend: this JavaScript engine has no WebAssembly SIMD with shared memory; use the wasm or cpu backend.',
  );
}

/** Reserves address space for 4 GiB, or as much of it as there is. */
function reserve(): { memory: WebAssembly.Memory; maximumPages: number } {
  for (let maximumPages = 65_536; ; maximumPages /= 2) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: maximumPages, shared: true }),
        maximumPages,
      };
    } catch (error) {
      if (maximumPages / 2 < INITIAL_PAGES) throw error;
    }
  }
}

/** Compiles the fastest kernels that the engine takes. Threads start with `startThreads`, so a runtime not used costs none. */
export async function createRuntime(
  options: {
    readonly threads?: number | undefined;
    readonly fused?: boolean | undefined;
    readonly tuning?: Tuning | undefined;
  } = {},
): Promise<StartableRuntime> {
  const { binary, relaxed } = await chooseBinary(options.fused ?? true);
  const module = await WebAssembly.compile(binary);
  const { memory, maximumPages } = reserve();
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const { abiVersion, runSingleThread, runShared, finished } = instance.exports as unknown as Exports;
  if (abiVersion() !== ABI_VERSION)
    throw new Error('simd backend: its binary was built from another table of kernels. Run: npm run build:wasm');
  const workers = await findWorkers();
  let threads = workers ? Math.max(1, options.threads ?? (await countCores())) : 1;
  const words = new Int32Array(memory.buffer, 0, ARGUMENTS / 4);
  const views = {
    ints: new Int32Array(memory.buffer, ARGUMENTS, ARGUMENT_COUNT),
    floats: new Float32Array(memory.buffer, ARGUMENTS, ARGUMENT_COUNT),
  };

  function stopThreads(): void {
    if (threads > 1) workers?.stop(memory);
    threads = 1;
  }

  let dispatched = false;
  /** Why the result of a job that was dispatched is not there. */
  let lost: Error | undefined;

  /** Returns a function that is called with what `finished` found each time, and throws once a thread must be lost. */
  function watch(): (state: number) => void {
    let done = -1;
    let seen = performance.now();
    let waited = 0;
    return (state) => {
      const now = performance.now();
      const before = done;
      done = Atomics.load(words, DONE / 4);
      waited = done === before ? waited + Math.min(now - seen, LOOK_MS) : 0;
      seen = now;
      if (state !== 1 && waited <= PATIENCE_MS) return;
      dispatched = false;
      stopThreads();
      lost = new Error(
        `simd backend: a worker thread ${state === 1 ? 'crashed' : `did nothing for ${PATIENCE_MS / 1000} s`}; ` +
          'the result of an op is lost. Further ops run on one thread.',
      );
      throw lost;
    };
  }

  function wait(): void {
    const check = watch();
    for (let state = finished(LOOKS); state !== 0; state = finished(LOOKS)) check(state);
  }

  function end(): void {
    if (!dispatched) return;
    wait();
    dispatched = false;
  }

  /** The number of the job that was dispatched last. */
  const jobNumber = (): number => Atomics.load(words, WAKEUPS / 4);

  /** Computes this thread's share of a job, and looks so many times whether the others have computed theirs: true if so. */
  function share<A>(
    { number, write }: WasmKernel<A>,
    args: A,
    items: number,
    singleThread: boolean,
    looks: number,
  ): boolean {
    end();
    write(views, args);
    if (threads === 1 || items <= 1 || singleThread) {
      runSingleThread(number, items);
      return true;
    }
    try {
      return runShared(number, items, looks) === 0;
    } catch (error) {
      stopThreads(); // a kernel trapped here: no thread must go on with the job
      throw error;
    }
  }

  const runtime: Runtime = {
    get memory() {
      end();
      return memory;
    },
    heap: createHeap(memory, maximumPages),
    get threads() {
      return threads;
    },
    relaxed,
    tuning: options.tuning ?? DEFAULT_TUNING,
    run(kernel, args, items, singleThread = false) {
      if (!share(kernel, args, items, singleThread, LOOKS)) wait();
    },
    dispatch(kernel, args, items, singleThread = false) {
      dispatched = !share(kernel, args, items, singleThread, 1);
    },
    async settled() {
      if (!dispatched) return;
      const [job, before, check] = [jobNumber(), lost, watch()];
      // Others may end it meanwhile, well or not, and dispatch another.
      while (dispatched && jobNumber() === job) {
        const state = finished(LOOKS);
        if (state === 0) return;
        check(state);
        await nextTurn();
      }
      if (lost !== before) throw lost;
    },
    dispose() {
      if (dispatched) lost = new Error('simd backend: it was removed before a result was read.');
      dispatched = false;
      stopThreads();
    },
  };
  return {
    runtime,
    startThreads() {
      if (threads === 1) return;
      try {
        workers!.start(module, memory, threads - 1);
      } catch {
        stopThreads(); // a page's or a process's policy may forbid them
      }
    },
  };
}
