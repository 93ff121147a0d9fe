import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTool } from './fixture';

const root = new URL('../../', import.meta.url);

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

/** Files that keep to the rules, as the real ones do. */
const GOOD = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      paths: {
        'tfjs-multitask/*': ['./src/*/index.ts'],
        'tfjs-backend-simd': ['./packages/backend-simd/src/index.ts'],
      },
    },
  }),
  'src/types.ts': "import type { Tensor } from '@tensorflow/tfjs-core';\nexport type Loss = () => Tensor;",
  'src/metrics/index.ts': "export { dice } from './dice';",
  'src/metrics/dice.ts': "import type { Loss } from '../types';\nexport const dice = {} as Loss;",
  'src/train/fit.ts':
    "import { add } from '@tensorflow/tfjs-core';\nexport const fit = add;\nexport type Fit = typeof fit;",
  'src/node/checkpoint.ts':
    "import { open } from 'node:fs/promises';\nimport type { Fit } from '../train/fit';\nexport const checkpoint = open as unknown as Fit;",
  'src/backends/candidates.ts':
    "export const simd = () => import('tfjs-backend-simd');\nexport const cpu = () => import('@tensorflow/tfjs-backend-cpu');",
  'packages/backend-simd/src/index.ts': 'export const simd = 1;',
  'examples/good.ts': "import { dice } from 'tfjs-multitask/metrics';\nconsole.log(dice);",
};

/** One file for each way of breaking a rule. */
const BAD = {
  'src/metrics/imports-train.ts': "import { fit } from '../train/fit';\nexport const a = fit;",
  'src/metrics/imports-type-of-train.ts': "import type { Fit } from '../train/fit';\nexport type A = Fit;",
  'src/metrics/imports-tfjs.ts': "import { add } from '@tensorflow/tfjs-core';\nexport const a = add;",
  'src/metrics/imports-node.ts': "import { open } from 'node:fs/promises';\nexport const a = open;",
  'src/metrics/imports-index.ts': "import { dice } from './index';\nexport const a = dice;",
  'src/node/imports-train.ts': "import { fit } from '../train/fit';\nexport const a = fit;",
  'src/backends/imports-at-once.ts': "import * as cpu from '@tensorflow/tfjs-backend-cpu';\nexport const a = cpu;",
  'src/backends/imports-inside.ts': "export const a = () => import('../../packages/backend-simd/src/index');",
  'packages/backend-simd/src/imports-library.ts':
    "import { dice } from 'tfjs-multitask/metrics';\nexport const a = dice;",
  'src/losses/hen.ts': "import { egg } from './egg';\nexport const hen = egg;\nexport type Hen = number;",
  'src/losses/egg.ts': "import type { Hen } from './hen';\nexport const egg: Hen = 1;",
  'src/unheard-of/file.ts': "import type { Loss } from '../types';\nexport type A = Loss;",
  'examples/imports-inside.ts': "import { dice } from '../src/metrics/dice';\nconsole.log(dice);",
};

const found = new Map<string, string[]>();

beforeAll(async () => {
  const args = ['--config', fileURLToPath(new URL('.dependency-cruiser.mjs', root)), '--output-type', 'json'];
  const { summary } = await runTool('depcruise', [...args, 'src', 'packages', 'examples'], { ...GOOD, ...BAD });
  for (const { rule, from } of summary.violations as Violation[]) {
    found.set(from, [...(found.get(from) ?? []), rule.name].sort());
  }
});

describe('the rules for imports', () => {
  it.each([
    ['src/metrics/imports-train.ts', 'src/metrics imports what its row lists'],
    ['src/metrics/imports-type-of-train.ts', 'src/metrics imports what its row lists'],
    ['src/metrics/imports-tfjs.ts', 'src/metrics imports what its row lists'],
    ['src/metrics/imports-node.ts', 'src/metrics imports what its row lists'],
    ['src/metrics/imports-index.ts', 'no index inside'],
    ['src/node/imports-train.ts', 'src/node imports src/train for its types only'],
    [
      'src/backends/imports-at-once.ts',
      'src/backends imports @tensorflow/tfjs-backend-cpu for its types or on demand only',
    ],
    ['packages/backend-simd/src/imports-library.ts', 'packages/backend-simd/src imports what its row lists'],
    ['src/unheard-of/file.ts', 'each folder has a row'],
    ['examples/imports-inside.ts', 'public names only'],
  ])('refuse %s', (file, rule) => {
    expect(found.get(file)).toEqual([rule]);
  });

  it('refuse a package by its path', () => {
    expect(found.get('src/backends/imports-inside.ts')).toEqual(['no index inside', 'packages by name']);
  });

  it('refuse files that import each other, even for types', () => {
    expect([found.get('src/losses/hen.ts'), found.get('src/losses/egg.ts')]).toContainEqual(['no cycles']);
  });

  it('refuse nothing else', () => {
    expect(Object.keys(GOOD).filter((file) => found.has(file))).toEqual([]);
  });
});

it('the table of ARCHITECTURE.md names nothing that is gone', async () => {
  const rows = (await readFile(new URL('ARCHITECTURE.md', root), 'utf8')).match(/^\| `(src|packages)\/.*$/gm)!;
  const names = rows.flatMap((row) => Array.from(row.matchAll(/`((?:src|packages)\/[^`]+)`/g), (match) => match[1]));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !existsSync(new URL(name, root)))).toEqual([]);
});
