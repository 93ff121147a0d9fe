import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const IMPORT = /^(?:import|export) (?!type )(?:[^;']* from )?'([^']+)';/gm;

/** What a module and those that it imports ask of packages at run time. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, name]) =>
    name.startsWith('.') ? packagesOf(join(dirname(file), `${name}.ts`), seen) : [name],
  );
}

const indexOf = (folder: string) => fileURLToPath(new URL(`../../src/${folder}/index.ts`, import.meta.url));

it('metrics need no package, not even TensorFlow.js', () => {
  expect(packagesOf(indexOf('losses'))).toContain('@tensorflow/tfjs-core');
  expect(packagesOf(indexOf('metrics'))).toEqual([]);
});
