// Builds the page of apps/demo, and uses it in headless Chromium as visitors do: wide and narrow, by mouse and keyboard, with good
// files and bad ones. Run after `npm run build`; needs Chromium, on the PATH or at $CHROMIUM. Prints `N passed, N failed`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from 'tfjs-multitask/backends';
import { launchChromium } from './browser/chromium.mjs';
import { accessChecks, keyboardChecks } from './page/access-checks';
import { buildPage, withPage } from './page/built-page';
import { expectMatch } from './page/expect';
import { DISGUISE, gpuChecks, SOFTWARE } from './page/gpu-checks';
import { originChecks } from './page/origin-checks';
import { createRunner } from './page/run-checks';
import { sliceChecks } from './page/slice-checks';
import { trainingChecks } from './page/training-checks';

const PHONE = { width: 390, height: 844 };

// A page that hangs gives no answer, and nothing else would end the wait.
setTimeout(() => {
  console.error('check:page: not done after 10 minutes.');
  process.exit(1);
}, 600_000).unref();

const folder = await mkdtemp(join(tmpdir(), 'tfjs-multitask-page-'));
const { counts, run } = createRunner();
await useBackend('simd');
const browser = await launchChromium(['--disable-gpu', '--disable-software-rasterizer']);
try {
  await run({ 'the page builds, with a model': () => buildPage(folder) });
  await withPage(browser, folder, {}, async (open) => {
    await run(sliceChecks(open, folder));
    await run(trainingChecks(open));
    await run(accessChecks(open), 'wide: ');
    await run(originChecks(open));
  });
  await withPage(browser, folder, { viewport: PHONE, colorScheme: 'dark', reducedMotion: 'reduce' }, async (open) => {
    await run(accessChecks(open), '390 pixels, dark: ');
    await run(keyboardChecks(open), '390 pixels, dark: ');
  });
  await withPage(browser, folder, { serviceWorkers: 'block', without: 'model/' }, async ({ page }) => {
    await run({
      'without service workers and a model: one thread, random weights': async () => {
        expectMatch(await page.locator('#device').textContent(), /^simd, one thread$/, 'the device');
        expectMatch(await page.locator('#model').textContent(), /random weights, not trained yet/, 'the model');
      },
    });
  });
  for (const backend of ['webgl', 'webgpu'] as const) {
    const withGpu = await launchChromium(SOFTWARE[backend]);
    try {
      await withPage(withGpu, folder, { before: DISGUISE }, (open) =>
        run(gpuChecks(open, folder, backend), `${backend}: `),
      );
    } finally {
      await withGpu.close();
    }
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;
