import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parseDocComment } from './doc-comment';
import { publicExports } from './public-exports';
import { findFaults } from './rules';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folders = ['src', 'packages/backend-simd/src'];
const entries = [
  ...readdirSync(join(root, 'src')).map((folder) => `src/${folder}/index.ts`),
  'src/index.ts',
  'packages/backend-simd/src/index.ts',
].filter((file) => existsSync(join(root, file)));

function load(files: readonly string[], texts: ReadonlyMap<string, string> = new Map()) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile(file, target, ...rest) : ts.createSourceFile(file, text, target, true);
  };
  const paths = files.map((file) => join(root, file));
  const program = ts.createProgram(paths, options, host);
  return { program, exports: publicExports(program, paths, root) };
}

describe('the doc comments of what is exported', () => {
  it('keep to what CONTRIBUTING.md says', () => {
    const { program, exports } = load(entries);
    expect(exports.length).toBeGreaterThan(400);
    const faults = findFaults(program, exports);
    expect(faults.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
  }, 300_000);
});

describe('the doc comments of the sources', () => {
  const comments = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(root, folder, file), 'utf8');
        return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(([comment]) => ({ file: `${folder}/${file}`, comment }));
      }),
  );
  const holding = (pattern: RegExp): string[] =>
    comments.flatMap(({ file, comment }) => (comment.match(pattern) ?? []).map((found) => `${file}: ${found}`));

  it('are read', () => {
    expect(comments.length).toBeGreaterThan(1000);
  });

  it('name the class of what is thrown in braces', () => {
    expect(holding(/@throws (?!\{(?:RangeError|TypeError|Error)\} ).*/g)).toEqual([]);
  });

  it('name arguments in their sentences, not in tags', () => {
    expect(holding(/@(?:param|returns?|default|see)\b.*/g)).toEqual([]);
  });
});

describe('what does not keep to it', () => {
  const file = 'src/planted/index.ts';
  const text = `
    import type { Loss } from '../types';

    /** Options of {@link nothing}. */
    export interface PlantedOptions {
      /** Default: 3. */
      readonly rate?: number | undefined;
      /** Which way. Default: none. Or the other. */
      readonly way?: string | undefined;
      readonly mode?: string | undefined;
    }

    /** Makes a loss. It is a good one. */
    export function planted(options: PlantedOptions = {}): Loss {
      const { rate = 2 } = options;
      checkRate(rate);
      return Object.assign(() => { throw new Error('none'); });
    }

    function checkRate(rate: number): void {
      if (rate > 1) throw new RangeError('rate must be at most 1');
    }

    /**
     * Doubles a number.
     *
     * @throws {TypeError} never.
     */
    export function double(x: number): number {
      return 2 * x;
    }

    export type Untold = 'a' | 'b';
  `;

  it('is found', () => {
    const { program, exports } = load([file], new Map([[join(root, file), text]]));
    expect(new Set(findFaults(program, exports).map((fault) => fault.text))).toEqual(
      new Set([
        'PlantedOptions: {@link nothing} leads nowhere: its entry exports no such name.',
        'PlantedOptions: .rate says `Default: 3.`; the code has 2.',
        'PlantedOptions: .way has more than its default behind `Default:`.',
        'PlantedOptions: .mode does not end with `Default: ….`',
        'planted: the first paragraph is more than one sentence.',
        'planted: throws RangeError, and has no @throws for one of them.',
        'planted: says no shapes.',
        'planted: names no source with its year.',
        'double: has @throws {TypeError}, which nothing in it throws.',
        'Untold: has no doc comment.',
      ]),
    );
  }, 300_000);
});

describe('the page of a module', () => {
  const names: Readonly<Record<string, string>> = {
    'src/index.ts': 'tfjs-multitask',
    'packages/backend-simd/src/index.ts': 'tfjs-backend-simd',
  };

  it.each(entries)('begins with what is in it and the path to import it by: %s', (file) => {
    const head = /^\/\*\*\n((?: \*.*\n)+?) \*\/\n/.exec(readFileSync(join(root, file), 'utf8'))?.[0] ?? '';
    const { text, tags } = parseDocComment(head.trimEnd());
    expect(text).toMatch(/^[A-Z`].+\.$|^[A-Z`][\s\S]+\S$/);
    const path = names[file] ?? file.replace(/^src\/(.*)\/index\.ts$/, 'tfjs-multitask/$1');
    expect(tags).toEqual([{ name: 'module', text: path }]);
  });
});
