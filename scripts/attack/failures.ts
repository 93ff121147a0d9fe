import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeJson } from 'tfjs-multitask/node';
import type { Case, Result } from './attack';

/** Where failing cases are written. */
const FAILURES = fileURLToPath(new URL('../../attack/failures', import.meta.url));

/** Writes a failing case; returns its path. */
export async function writeFailure({ case: { kind, seed, number, input }, fault }: Result): Promise<string> {
  const path = join(FAILURES, `${kind}-${seed}-${number}.json`);
  await writeJson(path, { kind, seed, number, fault, input });
  return path;
}

export async function readCase(path: string): Promise<Case> {
  const { kind, seed, number, input } = JSON.parse(await readFile(path, 'utf8')) as Case;
  return { kind, seed, number, input };
}
