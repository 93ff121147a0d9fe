import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../scripts/browser/chromium.mjs';
import { runInPage } from '../../scripts/browser/run-in-page.mjs';
import type { MarkdownExample } from '../../scripts/docs/find-markdown-examples';
import { readMarkdownExamples } from '../../scripts/docs/read-markdown-examples';

// What readers copy from the README and the docs runs in an empty folder, and again where it wrote files. This takes the
// sources; the package check takes what is installed. That it compiles is in examples-types.test.ts.

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const examples = readMarkdownExamples(root);
const named = examples.map((example) => {
  const { file, line, kind } = example;
  return [`${file}:${line}, in ${kind === 'node' ? 'Node' : 'a page'}`, example] as const;
});

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
  const run = () => promisify(execFile)(process.execPath, [main], { cwd });
  await run();
  if (readdirSync(cwd).length > 0) await run(); // readers try twice, in the folder of the first time
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

describe('the code in the README and the docs', () => {
  afterAll(() => rm(folder, { recursive: true }));

  it('is there', () => {
    expect(examples.length).toBeGreaterThan(1);
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
