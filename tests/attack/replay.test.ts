import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { attacks } from '../../scripts/attack/attacks';
import { readCase } from '../../scripts/attack/failures';
import { runCases } from '../../scripts/attack/run-cases';

// Cases that `npm run attack` found and wrote, one file each: what once failed must hold.

const module = new URL('../../scripts/attack/attacks.ts', import.meta.url).href;
const folder = fileURLToPath(new URL('./cases/', import.meta.url));

describe('A case that once failed holds', () => {
  it.each(readdirSync(folder))('%s', async (file) => {
    const [result] = await runCases(attacks, [await readCase(`${folder}${file}`)], { module });
    expect(result.fault).toBeUndefined();
  });
});
