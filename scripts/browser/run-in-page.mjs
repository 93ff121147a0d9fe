import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serve } from './serve.mjs';

const HTML = `<!doctype html><title>page</title><link rel="icon" href="data:,"><body><script type="module">
  import('./main.js').then(() => { globalThis.ended = {}; }, (error) => { globalThis.ended = { error: error.stack }; });
</script>`;

/**
 * Runs a module in a page of its own that is served with the files of a folder, until its last top-level `await` is done, and
 * gives what it wrote to the console. Throws what the module throws.
 */
export async function runInPage(browser, { folder, main, headers = {} }) {
  const own = { '/index.html': HTML, '/main.js': main };
  const server = await serve((path) => own[path] ?? readFile(join(folder, path)).catch(() => undefined), headers);
  const context = await browser.newContext();
  const lines = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => lines.push(message.text()));
    await page.goto(server.address);
    const ended = await page.waitForFunction(() => globalThis.ended, undefined, { timeout: 300_000 });
    const { error } = await ended.jsonValue();
    if (error) throw new Error([error, ...lines].join('\n'));
    return lines;
  } finally {
    await context.close();
    server.close();
  }
}
