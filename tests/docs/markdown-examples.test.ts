import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../scripts/browser/chromium.mjs';
import { runInPage } from '../../scripts/browser/run-in-page.mjs';
import type { MarkdownExample } from '../../scripts/docs/find-markdown-examples';
import { readMarkdownExamples } from '../../scripts/docs/read-markdown-examples';

// What readers copy from the README and the guides compiles, and runs in an empty folder. This takes the sources; the package
// check takes what is installed.

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const examples = readMarkdownExamples(root);
const named = examples.map((example) => {
  const { file, line, kind } = example;
  return [`${file}:${line}, in ${kind === 'node' ? 'Node' : 'a page'}`, example] as const;
});

const RESOLUTIONS = {
  bundler: {},
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
} satisfies Record<string, ts.CompilerOptions>;

/** What the compiler says of each example: they are files of the checkout, as reading the types of TensorFlow.js takes long. */
function compile(resolution: keyof typeof RESOLUTIONS): Map<MarkdownExample, string[]> {
  const files = new Map(examples.map((example, i) => [`${root}/example-${i}.mts`.replaceAll('\\', '/'), example]));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const own = ts.parseJsonConfigFileContent(config, ts.sys, root).options;
  const options = { ...own, ...RESOLUTIONS[resolution], exactOptionalPropertyTypes: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const example = files.get(path);
    return example ? ts.createSourceFile(path, example.code, settings) : getSourceFile(path, settings, ...rest);
  };
  // The sources are written for a bundler, however the examples find them.
  host.resolveModuleNameLiterals = (literals, from, redirected) =>
    literals.map(({ text }) =>
      files.has(from)
        ? ts.resolveModuleName(text, from, options, host, undefined, redirected, ts.ModuleKind.ESNext)
        : ts.resolveModuleName(text, from, own, host, undefined, redirected),
    );
  const program = ts.createProgram([...files.keys()], options, host);
  return new Map(
    Array.from(files, ([path, example]) => {
      const file = program.getSourceFile(path)!;
      const messages = ts.getPreEmitDiagnostics(program, file).map(({ messageText, start = 0 }) => {
        const line = example.line + file.getLineAndCharacterOfPosition(start).line;
        return `${example.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      });
      return [example, messages];
    }),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'tfjs-multitask-docs-'));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', imports }));

const folderOf = (example: MarkdownExample) => join(folder, `${examples.indexOf(example)}`);

/** An example and the sources that it imports, in one file. */
async function bundle({ code, kind }: MarkdownExample): Promise<string> {
  const result = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: root },
    alias: {
      'tfjs-multitask': join(root, 'src'),
      'tfjs-backend-simd': join(root, 'packages/backend-simd/src/index.ts'),
    },
    bundle: true,
    external: ['#*'],
    format: 'esm',
    platform: kind,
    ...(kind === 'node' && { packages: 'external' }),
    tsconfigRaw: {},
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.text;
}

async function runInNode(example: MarkdownExample): Promise<void> {
  const cwd = folderOf(example);
  mkdirSync(cwd);
  // Beside its folder, which is empty, as that of a reader is.
  const main = `${cwd}.mjs`;
  writeFileSync(main, await bundle(example));
  await promisify(execFile)(process.execPath, [main], { cwd });
}

/** Runs one in a page that has the files of the page's last example for Node. */
async function runInChromium(example: MarkdownExample): Promise<void> {
  const before = examples
    .slice(0, examples.indexOf(example))
    .findLast(({ file, kind }) => file === example.file && kind === 'node');
  const browser = await launchChromium();
  try {
    await runInPage(browser, { folder: before ? folderOf(before) : folder, main: await bundle(example) });
  } finally {
    await browser.close();
  }
}

describe('the code in the README and the guides', () => {
  afterAll(() => rm(folder, { recursive: true }));

  it('is there', () => {
    expect(examples.length).toBeGreaterThan(1);
  });

  describe.each(Object.keys(RESOLUTIONS))('compiles under %s resolution', (resolution) => {
    const messages = compile(resolution as keyof typeof RESOLUTIONS);
    it.each(named)('%s', (_, example) => {
      expect(messages.get(example)).toEqual([]);
    });
  });

  // Each takes seconds; here they may share two cores with much else.
  describe('runs', { timeout: 300_000 }, () => {
    it.each(named.filter(([, { kind }]) => kind === 'node'))('%s', (_, example) => runInNode(example));
    // The package check, which needs Chromium, has them everywhere.
    it.skipIf(findChromium() === undefined).each(named.filter(([, { kind }]) => kind === 'browser'))(
      '%s',
      (_, example) => runInChromium(example),
    );
  });
});
