import { median } from '../../packages/backend-simd/bench/median';
import type { Size } from './step';
import { startWorker } from './worker';

/** The step time on simd where one thing changes. */
export interface Growth {
  readonly what: 'side' | 'filters' | 'batch' | 'threads';
  readonly value: number;
  readonly size: Size;
  readonly threads: number;
  readonly ms: number;
}

const TURN_MS = 1500;
/** As in measure.ts: V8 compiles what runs often only after a while. */
const WARM_MS = 3000;

function cases(threads: number, cores: number, quick: boolean): Omit<Growth, 'ms'>[] {
  const small: Size = { image: 64, filters: 8, batch: 4 };
  const middle: Size = { image: quick ? 64 : 128, filters: quick ? 8 : 16, batch: 4 };
  const more = <V>(values: V[]): V[] => (quick ? values.slice(0, 2) : values);
  return [
    ...more([64, 128, 256, 512]).map((value) => ({ what: 'side', value, size: { ...small, image: value }, threads })),
    ...more([8, 16, 32, 64]).map((value) => ({ what: 'filters', value, size: { ...small, filters: value }, threads })),
    ...more([1, 2, 4, 8, 16]).map((value) => ({ what: 'batch', value, size: { ...small, batch: value }, threads })),
    ...[1, 2, 4, 8]
      .filter((value) => value <= Math.max(cores, threads))
      .map((value) => ({ what: 'threads', value, size: middle, threads: value })),
  ] as Omit<Growth, 'ms'>[];
}

/** Measures how the step time grows with the side of the image, filters, batch and threads, each from the same small model. */
export async function measureGrowth(
  { threads, cores, quick, bundle }: { threads: number; cores: number; quick: boolean; bundle: string },
  onProgress: (text: string) => void,
): Promise<Growth[]> {
  const grown: Growth[] = [];
  for (const one of cases(threads, cores, quick)) {
    onProgress(`growth: ${one.what} ${one.value}`);
    const worker = await startWorker('simd', one.size, { threads: one.threads, bundle });
    await worker.time('step', 1);
    const [early] = await worker.time('step', 1);
    const [warm] = (await worker.time('step', Math.max(1, Math.floor(WARM_MS / early)))).slice(-1);
    const times = await worker.time('step', Math.min(20, Math.max(2, Math.floor(TURN_MS / warm))));
    await worker.end();
    grown.push({ ...one, ms: median(times) });
  }
  return grown;
}
