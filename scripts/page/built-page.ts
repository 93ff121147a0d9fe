import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { build } from 'vite';
import { serve } from '../browser/serve.mjs';

const app = fileURLToPath(new URL('../../apps/demo', import.meta.url));

/** Builds the page into a folder, with a model that has hardly been trained. */
export async function buildPage(folder: string): Promise<void> {
  const train = ['--import', 'tsx', join(app, 'scripts/train-model.ts')];
  const few = ['--slices', '16', '--epochs', '1', '--again', '--out', join(folder, 'model')];
  await build({ configFile: join(app, 'vite.config.ts'), logLevel: 'error', build: { outDir: folder } });
  await promisify(execFile)(process.execPath, [...train, ...few], { cwd: app });
}

/** A page that is open, and all that it asked for. */
export interface OpenPage {
  readonly page: Page;
  readonly origin: string;
  readonly requests: readonly Request[];
  /** Errors of scripts, and what the console was told of as one. */
  readonly errors: readonly string[];
}

/** The page's server may have neither headers nor the root, as static hosts do: pages of a project live in a folder. */
const FOLDER = '/page/';

export interface Opening extends BrowserContextOptions {
  /** Paths in the folder that are not there. Default: none. */
  readonly without?: string | undefined;
  /** Code that runs in the worker before its own. Default: none. */
  readonly before?: string | undefined;
}

/** Opens the page of a folder in a profile of its own, once it has looked at its first slice. */
export async function withPage(
  browser: Browser,
  folder: string,
  { without, before = '', ...options }: Opening,
  body: (open: OpenPage) => Promise<void>,
): Promise<void> {
  const server = await serve((path) => {
    const inside = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : undefined;
    if (inside === undefined || (without !== undefined && inside.startsWith(without))) return undefined;
    const contents = readFile(join(folder, inside)).catch(() => undefined);
    return /^assets\/worker-[^/]*\.js$/.test(inside) ? contents.then((code) => `${before}${code}`) : contents;
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const requests: Request[] = [];
  const errors: string[] = [];
  context.on('request', (request) => requests.push(request));
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  try {
    await page.goto(`${server.address}${FOLDER.slice(1)}`);
    await page.locator('#probability', { hasText: /\d/ }).waitFor();
    await body({ page, origin: new URL(server.address).origin, requests, errors });
  } finally {
    await context.close();
    server.close();
  }
}
