import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OperationName, watchFiles } from '../faulty-files';
import { fitTiny, readOutcome } from './fit';
import type { Setup } from './setup';

/** A run that nothing disturbed. */
export interface Undisturbed {
  readonly outcome: string;
  /** How often the user's code ran. */
  readonly moments: number;
  /** How often each operation on files was done. */
  readonly operations: ReadonlyMap<OperationName, number>;
  readonly milliseconds: number;
}

const known = new Map<string, Undisturbed>();

/** What the setup comes to where nothing happens; computed once. */
export async function undisturbed(setup: Setup): Promise<Undisturbed> {
  const key = JSON.stringify(setup);
  const before = known.get(key);
  if (before !== undefined) return before;
  const folder = await mkdtemp(join(tmpdir(), 'attack-calm-'));
  try {
    let moments = 0;
    const operations = new Map<OperationName, number>();
    const restore = await watchFiles(folder, (operation) => {
      operations.set(operation.name, operation.number + 1);
      return operation.run();
    });
    const began = performance.now();
    try {
      await fitTiny(setup, folder, { onMoment: () => moments++ });
    } finally {
      restore();
    }
    const milliseconds = performance.now() - began;
    const run = { outcome: await readOutcome(folder), moments, operations, milliseconds };
    known.set(key, run);
    return run;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
