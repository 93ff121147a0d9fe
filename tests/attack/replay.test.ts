import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../scripts/attack/attack';
import { attacks } from '../../scripts/attack/attacks';
import { readCase } from '../../scripts/attack/failures';
import { runCases } from '../../scripts/attack/run-cases';

// Cases that `npm run attack` found and wrote, one file each: what once failed must hold.

const module = new URL('../../scripts/attack/attacks.ts', import.meta.url).href;
const folder = fileURLToPath(new URL('./cases/', import.meta.url));
const files = readdirSync(folder);

describe('A case that once failed holds', () => {
  let results: readonly Result[] = [];
  const cases = files.map((file) => readCase(`${folder}${file}`));

  beforeAll(async () => {
    results = await runCases(attacks, await Promise.all(cases), { module });
  }, 300_000);

  it.each(files.map((file, i) => ({ file, i })))('$file', async ({ i }) => {
    const { input } = await cases[i];
    const result = results.find((one) => JSON.stringify(one.case.input) === JSON.stringify(input));
    expect(result).toBeDefined();
    expect(result?.fault).toBeUndefined();
  });
});
