import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernels } from '../src/abi/table';

const source = new URL('../src/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('generated'),
);
const read = (file: string): string => readFileSync(new URL(file, source), 'utf8');

/** What each file of `src` imports by name: `file#name`. */
const imported = new Set(
  files.flatMap((file) =>
    [...read(file).matchAll(/import \{([^}]*)\} from '[^']*?([^/']+)'/g)].flatMap(([, names, from]) =>
      names.split(',').map((name) => `${from}#${name.trim().replace(/^type /, '')}`),
    ),
  ),
);

/** The generated dispatch calls the kernels of the table; JavaScript calls what `index` exports. */
const called = new Set(
  Object.entries(kernels).flatMap(([file, own]) => Object.keys(own).map((kernel) => `${file}#${kernel}`)),
);

const exported = files
  .filter((file) => file.startsWith('assembly/') && file !== 'assembly/index.ts')
  .flatMap((file) =>
    [...read(file).matchAll(/^export (?:function|const) (\w+)/gm)].map(
      ([, name]) => `${basename(file, '.ts')}#${name}`,
    ),
  );

describe('the kernels in AssemblyScript', () => {
  it('are found', () => {
    expect(exported.length).toBeGreaterThan(called.size);
  });

  it('export nothing that neither the table nor another file uses', () => {
    expect(exported.filter((name) => !called.has(name) && !imported.has(name))).toEqual([]);
  });
});
