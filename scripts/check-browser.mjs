// Trains in headless Chromium what Node trains, on simd, wasm, webgl and webgpu, and compares the losses; fetches weights there,
// and keeps them. The GPU is Chromium's software renderer, SwiftShader. Run after `npm run build`; needs Chromium, on the PATH or
// at $CHROMIUM. Prints `N passed, N failed`.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { pretrainedChecks } from './browser/check-pretrained.mjs';
import { findChromium, launchChromium } from './browser/chromium.mjs';
import { ISOLATION, serve } from './browser/serve.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const STEPS = 20;
const STEPS_BEFORE_SAVING = 10;

/**
 * Largest differences allowed, relative to the larger of 1 and the loss, in the first half of the steps and in all: sums of
 * single precision in another order, whose rounding every step carries on.
 */
const ROUNDING_AT_FIRST = 1e-5;
const ROUNDING = 5e-4;

/** The same for the losses that the example prints with four digits behind the point. */
const EXAMPLE_ROUNDING = 5e-4;

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (!findChromium()) {
  fail('check:browser: no Chromium here. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path.');
}
if (!existsSync(join(root, 'dist'))) fail('check:browser: no dist here. Run: npm run build');

// A page that hangs gives no answer, and nothing else would end the wait.
const MINUTES = 15;
setTimeout(() => fail(`check:browser: not done after ${MINUTES} minutes.`), MINUTES * 60_000).unref();

let passed = 0;
let failed = 0;

/** Runs one check; what it throws is printed, and the others go on. */
async function check(what, body) {
  const start = performance.now();
  try {
    const note = await body();
    passed++;
    console.log(`ok      ${what}${note ? `: ${note}` : ''} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${what}\n${error.stack}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** Compares two series of losses. */
function expectSame(actual, expected) {
  const [a, b] = [actual.flat(), expected.flat()];
  expect(a.length === b.length, `${a.length} numbers in place of ${b.length}`);
  const errors = a.map((value, i) => Math.abs(value - b[i]) / Math.max(1, Math.abs(b[i])));
  const [first, worst] = [Math.max(...errors.slice(0, errors.length / 2)), Math.max(...errors)];
  const numbers = () => JSON.stringify({ actual, expected });
  const wanted = `${ROUNDING_AT_FIRST} in the first half and ${ROUNDING}`;
  expect(
    first <= ROUNDING_AT_FIRST && worst <= ROUNDING,
    `differs by ${first} and ${worst}, not within ${wanted}: ${numbers()}`,
  );
  return `within ${first.toExponential(1)} for ${STEPS / 2} steps and ${worst.toExponential(1)} for ${STEPS}`;
}

/** Node's losses on a backend. */
async function trainInNode(backend) {
  const { useBackend } = await import('tfjs-multitask/backends');
  const { trainSteps } = await import('../tests/browser/training.mjs');
  await useBackend(backend);
  const { model, losses } = await trainSteps(STEPS);
  model.dispose();
  return losses;
}

/** The page and its chunks by path, made from the built package. */
async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'tests/browser/page.mjs')],
    tsconfigRaw: '{}', // else its paths would take the sources
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: root,
    write: false,
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
}

const NO_WORKERS = { 'Content-Security-Policy': "worker-src 'none'" };

async function readFiles() {
  const files = await bundlePage();
  files.set('/index.html', '<!doctype html><title>check</title><script type="module" src="page.js"></script>');
  const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  for (const kind of ['', '-simd', '-threaded-simd']) {
    const name = `tfjs-backend-wasm${kind}.wasm`;
    files.set(`/wasm/${name}`, await readFile(join(wasm, name)));
  }
  return files;
}

async function withBrowser(flags, body) {
  const browser = await launchChromium(flags);
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

/** Opens the page in a fresh profile, and gives its checks: each takes plain data and gives plain data. */
async function withPage(browser, files, headers, body) {
  const server = await serve((path) => files.get(path), headers);
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  page.on('pageerror', (error) => console.log(`in the page: ${error.stack}`));
  try {
    await page.goto(server.address);
    await page.waitForFunction(() => 'checks' in globalThis);
    const call = (name, argument) => page.evaluate(([n, a]) => globalThis.checks[n](a), [name, argument]);
    await body(page, call);
  } finally {
    await context.close();
    server.close();
  }
}

/** The checks as a worker of the page gives them. */
async function startWorker(page) {
  await page.evaluate(() => {
    globalThis.worker = new Worker('page.js', { type: 'module' });
  });
  return (name, argument) =>
    page.evaluate(
      (message) =>
        new Promise((resolve, reject) => {
          globalThis.worker.onmessage = ({ data }) => (data.error ? reject(data.error) : resolve(data.value));
          globalThis.worker.onerror = () => reject(new Error('the worker does not start'));
          globalThis.worker.postMessage(message);
        }),
      [name, argument],
    );
}

const PLACES = [
  { where: 'isolated page', headers: ISOLATION, isolated: true },
  { where: 'page without isolation', headers: {}, isolated: false },
];

/** Checks that training on `backend` gives Node's losses and leaves no tensor behind. */
async function checkTraining(call, backend, expected) {
  const { name, refused } = await call('choose', { name: backend, software: true });
  expect(name === backend, refused ?? `'${name}' was chosen`);
  const { losses, left } = await call('train', STEPS);
  expect(left === 0, `${left} tensors are left`);
  return expectSame(losses, expected);
}

async function checkSaveAndLoad(call) {
  const { saved, loaded } = await call('saveAndLoad', STEPS_BEFORE_SAVING);
  expect(saved.length > 0 && saved.every(Number.isFinite), 'the predictions are not numbers');
  expect(JSON.stringify(saved) === JSON.stringify(loaded), 'the predictions differ');
  return `${saved.length} numbers`;
}

async function expectWorkers(page, count) {
  for (let tries = 0; page.workers().length !== count && tries < 20; tries++) await page.waitForTimeout(50);
  expect(page.workers().length === count, `${page.workers().length} workers are there, not ${count}`);
}

/** Runs the example of tfjs-backend-simd as its users do, with the built package, in Node and in a page. */
async function checkExample(browser) {
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-backend-simd-'));
  await cp(join(root, 'packages/backend-simd/examples'), folder, { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const server = spawn(process.execPath, ['serve.mjs', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const page = await browser.newPage();
  try {
    const told = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'main.ts'], { cwd: folder });
    const [address] = await once(server.stdout, 'data');
    await page.goto(String(address).trim());
    await page.waitForFunction(() => /accuracy|Error/.test(document.querySelector('pre').textContent));
    const shown = await page.textContent('pre');
    const threads = Math.min(16, await page.evaluate(() => navigator.hardwareConcurrency));
    await expectWorkers(page, threads - 1);
    const losses = (text) => [...text.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    const [inNode, inPage] = [losses(told.stdout), losses(shown)];
    const same = inNode.every((loss, i) => Math.abs(loss - inPage[i]) <= EXAMPLE_ROUNDING);
    expect(inNode.length === 5 && inPage.length === 5 && same, `${told.stdout}\n${shown}`);
    return `threads: ${threads}, the last loss is ${inPage.at(-1)}`;
  } finally {
    server.kill();
    await page.close();
    await rm(folder, { recursive: true });
  }
}

const expected = {};
await check(`Node trains ${STEPS} steps on simd and on wasm`, async () => {
  for (const backend of ['simd', 'wasm']) expected[backend] = await trainInNode(backend);
  return expectSame(expected.simd, expected.wasm);
});

const files = await readFiles();
await withBrowser(['--disable-gpu', '--disable-software-rasterizer'], async (browser) => {
  console.log(`Chromium ${browser.version()}, no GPU`);
  for (const { where, headers, isolated } of PLACES) {
    await withPage(browser, files, headers, async (page, call) => {
      const state = await page.evaluate(() => ({
        isolated: crossOriginIsolated,
        cores: navigator.hardwareConcurrency,
      }));
      const threads = isolated ? Math.min(16, state.cores) : 1;
      await check(`${where}: simd is chosen`, async () => {
        expect(state.isolated === isolated, `crossOriginIsolated is ${state.isolated}`);
        const { name, notices } = await call('choose', {});
        expect(name === 'simd', `'${name}' was chosen: ${notices.join('\n')}`);
      });
      await check(`${where}: simd trains, threads: ${threads}`, async () => {
        const note = await checkTraining(call, 'simd', expected.simd);
        await expectWorkers(page, threads - 1);
        return note;
      });
      await check(`${where}: a model on simd predicts the same from IndexedDB`, () => checkSaveAndLoad(call));
      await check(`${where}: removeBackend ends the threads of simd`, async () => {
        await call('remove', 'simd');
        await expectWorkers(page, 0);
      });
      await check(`${where}: simd trains in a worker`, async () => {
        return checkTraining(await startWorker(page), 'simd', expected.simd);
      });
      await check(`${where}: wasm trains`, () => checkTraining(call, 'wasm', expected.wasm));
      for (const [what, body] of Object.entries(pretrainedChecks(call))) await check(`${where}: ${what}`, body);
    });
  }
  await check('the example of tfjs-backend-simd trains in a page as in Node', () => checkExample(browser));
  await withPage(browser, files, { ...ISOLATION, ...NO_WORKERS }, async (page, call) => {
    await check('isolated page that forbids workers: simd trains', async () => {
      const note = await checkTraining(call, 'simd', expected.simd);
      await expectWorkers(page, 0);
      return note;
    });
  });
});

/** Checks a backend on a software renderer: it is not chosen by itself, and trains where it is asked for. */
async function checkSoftwareGpu(call, backend) {
  const where = `${backend} in software`;
  await check(`${where}: simd is chosen before it`, async () => {
    const { name, notices } = await call('choose', {});
    const notice = notices.find((text) => text.startsWith(`'${backend}'`));
    expect(name === 'simd', `'${name}' was chosen: ${notices.join('\n')}`);
    expect(/is a software renderer/.test(notice), `it was said: ${notices.join('\n')}`);
  });
  await check(`${where}: is refused unless asked for as software`, async () => {
    const { name, refused } = await call('choose', { name: backend });
    expect(/is a software renderer.*software: true/.test(refused), `${name} ${refused}`);
  });
  await check(`${where}: tells what it runs on`, async () => {
    const { gpu } = await call('choose', { name: backend, software: true });
    expect(gpu.backend === backend && gpu.software && Object.keys(gpu.limits).length > 0, JSON.stringify(gpu));
    return gpu.name;
  });
  await check(`${where}: trains`, () => checkTraining(call, backend, expected.simd));
  await check(`${where}: a model predicts the same from IndexedDB`, () => checkSaveAndLoad(call));
}

const SOFTWARE = {
  webgl: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  webgpu: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
};
for (const [backend, flags] of Object.entries(SOFTWARE)) {
  await withBrowser(flags, (browser) => withPage(browser, files, {}, (_page, call) => checkSoftwareGpu(call, backend)));
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
