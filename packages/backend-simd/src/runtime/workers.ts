import { FAILED, STOP, WAKEUPS } from '../abi/memory';
import { importBuiltin, isNode } from './environment';

/** What a thread is sent when it starts. */
interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly spins: number;
}

/** Starts threads and ends them. */
export interface Workers {
  /** Starts threads 1 to `count`; each works as soon as it is up, and no job waits for one that is not. */
  start(module: WebAssembly.Module, memory: WebAssembly.Memory, count: number): void;
  stop(memory: WebAssembly.Memory): void;
}

/** About a quarter of a millisecond of looking for work before a thread sleeps: longer than nearly all gaps between two ops of a step. */
const SPINS = 200_000;

const BODY = `
function work({ module, memory, thread, spins }) {
  const { serve } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  try {
    serve(thread, spins);
  } catch (error) {
    Atomics.store(new Int32Array(memory.buffer), ${FAILED / 4}, 1); // an item is lost
    throw error;
  }
}`;
interface Thread {
  terminate(): unknown;
}

/** Wakes all threads to end. */
function wakeToStop(memory: WebAssembly.Memory): void {
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, STOP / 4, 1);
  Atomics.add(words, WAKEUPS / 4, 1);
  Atomics.notify(words, WAKEUPS / 4);
}

function manage(spawn: (start: Start) => Thread): Workers {
  const threads: Thread[] = [];
  return {
    start(module, memory, count) {
      for (let thread = 1; thread <= count; thread++) threads.push(spawn({ module, memory, thread, spins: SPINS }));
    },
    stop(memory) {
      wakeToStop(memory);
      for (const thread of threads.splice(0)) thread.terminate();
    },
  };
}

/** How threads are made here: `worker_threads`, Web Workers on a cross-origin isolated page, or `undefined`: none. */
export async function findWorkers(): Promise<Workers | undefined> {
  if (isNode()) {
    const { Worker } = await importBuiltin<typeof import('node:worker_threads')>('node:worker_threads');
    const code = `${BODY}\nwork(require('node:worker_threads').workerData);`;
    return manage((start) => {
      const worker = new Worker(code, { eval: true, workerData: start, execArgv: [], stdin: false });
      worker.on('error', () => {}); // a thread that lost an item has said so; one that took none is not missed
      worker.unref(); // threads end with the process
      return worker;
    });
  }
  if (typeof Worker === 'undefined' || !globalThis.crossOriginIsolated) return undefined;
  const code = `${BODY}\nonmessage = (event) => work(event.data);`;
  return manage((start) => {
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const worker = new Worker(url);
    worker.postMessage(start);
    return {
      terminate() {
        worker.terminate();
        URL.revokeObjectURL(url);
      },
    };
  });
}

/** Threads worth having here: the cores, but not so many that the smallest jobs are all waiting. */
export async function countCores(): Promise<number> {
  if (isNode()) {
    const os = await importBuiltin<typeof import('node:os')>('node:os');
    return Math.min(16, os.availableParallelism());
  }
  return Math.min(16, globalThis.navigator?.hardwareConcurrency ?? 1);
}
