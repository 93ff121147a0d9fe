import type { Attack, Result } from './attack';
import { createChild } from './child';
import type { Order } from './worker';

const SECONDS = 20;
const CHILDREN = 2;

export interface RunOptions {
  /** The URL of the module that lists the attacks. */
  readonly module: string;
  /** No case begins after so many milliseconds. Default: none. */
  readonly milliseconds?: number;
  readonly onResult?: (result: Result) => void | Promise<void>;
}

/** Tries cases in two child processes; the results in the order in which they came. */
export async function runCases(
  attacks: readonly Attack[],
  orders: readonly Order[],
  { module, milliseconds = Number.POSITIVE_INFINITY, onResult }: RunOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = orders.values();
  const began = performance.now();
  const work = async (): Promise<void> => {
    const child = createChild(module);
    try {
      for (const order of queue) {
        if (performance.now() - began > milliseconds) return;
        const { seconds = SECONDS } = attacks.find(({ kind }) => kind === order.kind)!;
        const result = await child.try(order, seconds);
        results.push(result);
        await onResult?.(result);
      }
    } finally {
      child.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CHILDREN, orders.length) }, work));
  return results;
}
