import { median } from '../../packages/backend-simd/bench/median';
import type { Size } from './step';
import { type Memory, startWorker, type Who, type Worker } from './worker';

export type Work = 'step' | 'forward';

/** What one of them did at one size. */
interface Measured {
  /** For each round the median of its turn, in milliseconds; fewer rounds where one takes very long. */
  readonly step?: readonly number[];
  readonly forward?: readonly number[];
  /** After the first steps. */
  readonly memory?: Memory;
  /** What a peer says of itself. */
  readonly version?: string;
  /** Why there is nothing. */
  readonly missing?: string;
}

export interface Measurement {
  readonly size: Size;
  readonly by: Readonly<Partial<Record<Who, Measured>>>;
}

export interface MeasureOptions {
  readonly who: readonly Who[];
  readonly works: readonly Work[];
  readonly memory: boolean;
  readonly rounds: number;
  readonly threads: number;
  readonly bundle: string;
  /** Which work one of them is spared at this size. */
  readonly spare?: (who: Who, work: Work) => boolean;
  readonly onProgress: (text: string) => void;
}

const NAMES: Readonly<Record<Who, string>> = { simd: 'simd', torch: 'PyTorch', wasm: 'wasm', node: 'tfjs-node' };

/** A turn is as many repetitions as fit into this, and none takes part any more after so long. */
const TURN_MS = 1000;
const PATIENCE_MS = 30_000;

/** Training takes thousands of steps: everyone works for so long before it is measured, until its engine has compiled what runs often. */
const WARM_MS = 5000;

/** As many repetitions as a turn has time for; a machine that others use changes its speed several times a second. */
const repeats = (ms: number): number => Math.max(1, Math.floor(TURN_MS / ms));

/**
 * Lets everyone work on one size in turns, each in a process of its own that waits while the others work, so that
 * whatever else the machine does meets all of them.
 */
export async function measure(size: Size, options: MeasureOptions): Promise<Measurement> {
  const { who, works, memory, rounds, threads, bundle, spare = () => false, onProgress } = options;
  const name = `${size.image}x${size.image}, ${size.filters} filters`;
  const by: Partial<Record<Who, { -readonly [K in keyof Measured]: Measured[K] }>> = {};
  const workers = new Map<Who, Worker>();
  const turns = new Map<string, { count: number; spent: number; times: number[] }>();

  /** Runs `body`; one that fails is left out from then on. */
  const attempt = async (one: Who, what: string, body: () => Promise<void>): Promise<void> => {
    onProgress(`${name}: ${NAMES[one]}, ${what}`);
    try {
      await body();
    } catch (error) {
      workers.delete(one);
      by[one] = { missing: (error as Error).message };
      onProgress(`${name}: ${NAMES[one]} is not present: ${by[one].missing}`);
    }
  };

  for (const one of who) {
    await attempt(one, 'starts', async () => {
      const worker = await startWorker(one, size, { threads, bundle });
      workers.set(one, worker);
      by[one] = worker.version === undefined ? {} : { version: worker.version };
      const steps = (works.includes('step') || memory) && !spare(one, 'step');
      for (const work of ['step', 'forward'] as const) {
        if (work === 'step' ? !steps : !works.includes(work) || spare(one, work)) continue;
        const warm = [...(await worker.time(work, 1))];
        // A second one is spared to those for whom it would take long.
        if (warm[0] < PATIENCE_MS / 6) warm.push(...(await worker.time(work, 1)));
        if (work === 'step' && memory) by[one].memory = await worker.memory();
        if (!works.includes(work)) continue;
        const more = Math.floor(WARM_MS / Math.min(...warm));
        if (more > 1) warm.push(...(await worker.time(work, more)));
        turns.set(`${one} ${work}`, { count: repeats(median(warm)), spent: 0, times: [] });
      }
    });
  }
  for (let round = 1; round <= rounds; round++) {
    for (const work of works) {
      for (const [one, worker] of [...workers]) {
        const turn = turns.get(`${one} ${work}`);
        if (turn === undefined || turn.spent > PATIENCE_MS) continue;
        await attempt(one, `${work}, round ${round} of ${rounds}`, async () => {
          const times = await worker.time(work, turn.count);
          turn.spent += times.reduce((sum, ms) => sum + ms, 0);
          turn.times.push(median(times));
          by[one]![work] = turn.times;
        });
      }
    }
  }
  await Promise.all([...workers.values()].map((worker) => worker.end()));
  return { size, by };
}

/** The median over rounds of how many times as long as `b` one took in the same round. */
export function ratio(a: readonly number[] | undefined, b: readonly number[] | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  return median(a.slice(0, b.length).map((ms, round) => ms / b[round]));
}
