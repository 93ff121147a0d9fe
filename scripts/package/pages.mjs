// A page of a user's that loads a saved model and predicts, built with the bundlers that users have.
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithVite } from 'vite';
import { serve } from '../browser/serve.mjs';

/** Each builds the page in the folder `page` into the folder `out`, with the files of its `public` beside it. */
export const BUNDLERS = {
  async esbuild(page, out) {
    await buildWithEsbuild({
      entryPoints: [join(page, 'main.js')],
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      outdir: out,
      logLevel: 'silent',
    });
    await cp(join(page, 'index.html'), join(out, 'index.html'));
    await cp(join(page, 'public'), out, { recursive: true });
  },
  async vite(page, out) {
    await buildWithVite({ root: page, configFile: false, logLevel: 'error', build: { outDir: out } });
  },
};

/** Opens a built page and gives what it ends with, and how many workers it has then. */
export async function openPage(browser, folder, headers) {
  const server = await serve((path) => readFile(join(folder, path)).catch(() => undefined), headers);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(server.address);
    const ended = await page.waitForFunction(() => globalThis.ended, undefined, { timeout: 120_000 });
    const { error, result } = await ended.jsonValue();
    if (error) throw new Error(error);
    return { ...result, workers: page.workers().length };
  } finally {
    await context.close();
    server.close();
  }
}
