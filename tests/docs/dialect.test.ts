import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { publicExports } from './public-exports';
import { findFaults } from './rules';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folders = ['src', 'packages/backend-simd/src'];
const entries = [
  ...readdirSync(join(root, 'src')).map((folder) => `src/${folder}/index.ts`),
  'src/index.ts',
  'packages/backend-simd/src/index.ts',
].filter((file) => existsSync(join(root, file)));

/** What has yet to be brought into the dialect: files, by how their paths begin. New parts do not go here. */
const PENDING = ['src/node/manifest/', 'src/train/types.ts'];

const isDone = (file: string): boolean => !PENDING.some((start) => file.startsWith(start));

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
    const faults = findFaults(program, exports).filter(({ file }) => isDone(file));
    expect(faults.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
  }, 300_000);
});

describe('the doc comments of the sources', () => {
  const comments = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && isDone(`${folder}/${file}`))
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
