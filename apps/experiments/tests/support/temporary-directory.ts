import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A directory of its own for each test, removed after it. */
export function temporaryDirectory(): (...names: string[]) => string {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tfmt-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });
  return (...names) => join(directory, ...names);
}
