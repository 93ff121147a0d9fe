import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attack, Result } from './attack';
import { createChild } from './child';
import { removeFolder } from './remove-folder';
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

/**
 * Tries cases in two child processes; the results in the order in which they came. What the children left, which are killed
 * in the middle of things, is removed.
 */
export async function runCases(
  attacks: readonly Attack[],
  orders: readonly Order[],
  { module, milliseconds = Number.POSITIVE_INFINITY, onResult }: RunOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = orders.values();
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'attack-run-'));
  const work = async (): Promise<void> => {
    const child = createChild(module, folder);
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
  try {
    await Promise.all(Array.from({ length: Math.min(CHILDREN, orders.length) }, work));
  } finally {
    await removeFolder(folder);
  }
  return results;
}
