import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTool } from './fixture';

interface Report {
  readonly issues: readonly {
    readonly file: string;
    readonly files?: readonly unknown[];
    readonly exports?: readonly { readonly name: string }[];
    readonly types?: readonly { readonly name: string }[];
  }[];
}

const FILES = {
  'package.json': JSON.stringify({ name: 'tfjs-multitask', type: 'module', devDependencies: { vitest: '4' } }),
  'tsconfig.json': '{}',
  'src/metrics/index.ts': "export { dice } from './dice';",
  'src/metrics/dice.ts':
    'export const dice = () => half() + tested();\nexport const tested = () => 1;\nexport const half = () => 0.5;\nexport const dead = 1;\nexport type Dead = number;',
  'src/metrics/forgotten.ts': 'export const forgotten = 1;',
  'tests/metrics/dice.test.ts':
    "import { tested } from '../../src/metrics/dice';\nimport { used } from './helper';\nconsole.log(tested(), used);",
  'tests/metrics/helper.ts': 'export const used = 1;\nexport const unused = 1;',
};

/** What is reported, as `file` or `file: name`. */
const found = { all: [] as string[], library: [] as string[] };

beforeAll(async () => {
  const config = await readFile(new URL('../../knip.json', import.meta.url), 'utf8');
  for (const [part, options] of [
    ['all', []],
    ['library', ['--production']],
  ] as const) {
    const args = ['--reporter', 'json', '--include', 'files,exports,types', ...options];
    const { issues } = (await runTool('knip', args, { ...FILES, 'knip.json': config })) as Report;
    found[part] = issues.flatMap(({ file, files = [], exports = [], types = [] }) => [
      ...files.map(() => file),
      ...[...exports, ...types].map(({ name }) => `${file}: ${name}`),
    ]);
  }
});

describe('the search for what is unused', () => {
  it('finds exports that nothing imports, types among them, and files', () => {
    expect(found.all.sort()).toEqual([
      'src/metrics/dice.ts: Dead',
      'src/metrics/dice.ts: dead',
      'src/metrics/dice.ts: half',
      'src/metrics/forgotten.ts',
      'tests/metrics/helper.ts: unused',
    ]);
  });

  it('finds exports that only tests import', () => {
    expect(found.library.sort()).toEqual([
      'src/metrics/dice.ts: Dead',
      'src/metrics/dice.ts: dead',
      'src/metrics/dice.ts: half',
      'src/metrics/dice.ts: tested',
      'src/metrics/forgotten.ts',
    ]);
  });
});
