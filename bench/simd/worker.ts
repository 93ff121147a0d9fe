import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OpTime } from '../../packages/backend-simd/bench/ops';
import type { ChildSpec } from './child';
import type { ConvSpeed } from './convs';
import type { Peer } from './options';
import type { Size } from './step';

export type Who = 'simd' | Peer;

/** Resident MiB of a process: before it had a model, and at its highest. */
export interface Memory {
  readonly beforeMiB: number;
  readonly peakMiB: number;
}

/** A process that works on request, and is idle otherwise. */
export interface Worker {
  /** Milliseconds of each of `count` steps or forward passes. */
  time(work: 'step' | 'forward', count: number): Promise<readonly number[]>;
  memory(): Promise<Memory>;
  convs(): Promise<readonly ConvSpeed[]>;
  ops(): Promise<readonly OpTime[]>;
  end(): Promise<void>;
}

type Answer = Memory & {
  readonly ready?: true;
  readonly version?: string;
  readonly ms: readonly number[];
  readonly convs: readonly ConvSpeed[];
  readonly ops: readonly OpTime[];
};

/** Threads of OpenMP spin for a while before they sleep. */
const SETTLE_MS = 250;

/**
 * Starts a process for one size of the model. Throws where the peer is not installed or does not work; `version` is told
 * what it says of itself.
 */
export async function startWorker(
  who: Who,
  size: Size,
  { threads, bundle, onShape }: { threads: number; bundle: string; onShape?: (text: string) => void },
): Promise<Worker & { readonly version: string | undefined }> {
  const [command, args] =
    who === 'torch'
      ? [
          process.env.PYTHON ?? 'python3',
          [fileURLToPath(new URL('peer_torch.py', import.meta.url)), JSON.stringify({ size, threads })],
        ]
      : [process.execPath, [bundle, JSON.stringify({ backend: who, size, threads } satisfies ChildSpec)]];
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '3' };
  const child = spawn(command, args, { stdio: 'pipe', env });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = `${log}${text}`.slice(-4000);
    onShape?.(text.trimEnd());
  });
  child.stdin.on('error', () => undefined); // its end is told below
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      const lines = log.trim().split('\n');
      resolve(lines.findLast((line) => /error|cannot/i.test(line)) ?? `it ended with ${signal ?? `code ${code}`}`);
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const answer = async (): Promise<Answer> => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) throw new Error(await ended);
      if (value.startsWith('{')) return JSON.parse(value) as Answer;
    }
  };
  const ask = async (task: string): Promise<Answer> => {
    child.stdin.write(`${task}\n`);
    const given = await answer();
    await wait(SETTLE_MS);
    return given;
  };
  const { version } = await answer();
  return {
    version,
    time: async (work, count) => (await ask(`${work} ${count}`)).ms,
    memory: async () => {
      const { beforeMiB, peakMiB } = await ask('memory');
      return { beforeMiB, peakMiB };
    },
    convs: async () => (await ask('convs')).convs,
    ops: async () => (await ask('ops')).ops,
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
