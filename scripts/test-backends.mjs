// Runs one suite, tests/every-backend, on every backend that is present in Node, each in a process of its own, so that one
// that crashes is a row that failed. Prints a table, and at the end `N passed, N failed`.
//
//   node scripts/test-backends.mjs [NAME...]
//
// tfjs-node is that of node_modules, or else what build-tfjs-node.mjs builds, put where only this script finds it.
// tfjs-node-gpu is too, but it is built only where node-gpu is named here, as its TensorFlow is a download of 0.6 GB; where
// it finds no GPU, it computes on the CPU. webgpu computes on the GPU that is here, or else on SwiftShader, which comes with
// Chromium ($SWIFTSHADER is its folder). What is not present is skipped; where $REQUIRE_SWIFTSHADER is set, that counts as
// failed, but for what needs a GPU. The row `browser` is check-browser.mjs, which trains in Chromium on simd, wasm, webgl and
// webgpu what Node trains, and needs `npm run build` before.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import { installTfjsNode } from './build-tfjs-node.mjs';

const BACKENDS = ['cpu', 'wasm', 'simd', 'node', 'node-gpu', 'webgpu', 'browser'];
const NEEDS_GPU = ['node-gpu'];
/** A process that takes longer hangs. */
const MINUTES = 15;

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/** A reason to skip a backend. */
class Absent extends Error {}

function isInstalled(packageName) {
  try {
    return Boolean(resolve(packageName));
  } catch {
    return false;
  }
}

/** Runs this Node; returns how it ended and what it printed. */
function node(args, env = process.env, minutes = 1) {
  return new Promise((done) => {
    let output = '';
    // In a group of its own, so that what it started ends with it.
    const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => process.kill(-child.pid, 'SIGKILL');
    const timer = setTimeout(end, minutes * 60_000);
    process.once('exit', end);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('exit', end);
      done({ code, output, ending: signal ? `was ended by ${signal}` : `ended with code ${code}` });
    });
  });
}

/** The name of the GPU that Dawn finds in an environment. */
async function findGpu(env) {
  const script = `
    import('webgpu').then(async ({ create }) => {
      const { info } = (await create([]).requestAdapter()) ?? {};
      console.log(info ? 'GPU: ' + (info.description || info.vendor) : '');
      process.exit();
    })`;
  const { output } = await node(['-e', script], env);
  return /^GPU: (.*)$/m.exec(output)?.[1];
}

async function prepareWebgpu() {
  if (!isInstalled('webgpu')) throw new Absent('the npm package webgpu is not installed');
  const chromium = process.env.SWIFTSHADER ?? '/usr/lib/chromium';
  const driver = join(chromium, 'vk_swiftshader_icd.json');
  const libraries = [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(delimiter);
  const environments = [process.env, { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: libraries }];
  for (const env of environments) {
    const note = await findGpu(env);
    if (note) return { env, note };
  }
  throw new Absent(`no GPU, and no SwiftShader at ${driver} (Debian: apt-get install chromium)`);
}

/** tfjs-node or tfjs-node-gpu. */
async function prepareNode(name) {
  if (isInstalled(`@tensorflow/${name}`)) return { note: 'of node_modules' };
  const folder = await installTfjsNode(join(root, 'node_modules/.tfjs-node'), name).catch((error) => {
    throw new Absent(error.message);
  });
  const alias = { [`#${name}`]: join(folder, 'dist/index.js') };
  return { alias, folder, note: 'built from a wheel of TensorFlow' };
}

async function prepareNodeGpu(asked) {
  const name = 'tfjs-node-gpu';
  if (!asked && !isInstalled(`@tensorflow/${name}`)) {
    throw new Absent(`@tensorflow/${name} is not installed; npm run test:backends -- node-gpu builds it (0.6 GB)`);
  }
  const { alias, folder = `@tensorflow/${name}`, note } = await prepareNode(name);
  const script = `console.log('GPU: ' + require(${JSON.stringify(folder)}).backend().isUsingGpuDevice)`;
  const { output } = await node(['-e', script], { ...process.env, TF_CPP_MIN_LOG_LEVEL: '1' });
  return { alias, note: `${note}${/^GPU: true$/m.test(output) ? '' : '; it finds no GPU: on the CPU'}` };
}

const PREPARE = { node: () => prepareNode('tfjs-node'), 'node-gpu': prepareNodeGpu, webgpu: prepareWebgpu };

/** In a process of its own: runs the suite on one backend and writes its outcome as JSON. */
async function runSuite(name, report, alias) {
  process.env.TEST_BACKEND = name;
  const options = {
    root,
    config: false,
    watch: false,
    include: ['tests/every-backend/*.suite.ts'],
    pool: 'forks',
    maxWorkers: 1,
    isolate: false, // a backend and its libraries start once
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['json'],
    outputFile: report,
  };
  const aliases = [
    ...Object.entries(JSON.parse(alias)).map(([find, replacement]) => ({ find, replacement })),
    { find: /^tfjs-multitask$/, replacement: join(root, 'src/index.ts') },
    { find: /^tfjs-backend-simd$/, replacement: join(root, 'packages/backend-simd/src/index.ts') },
    { find: /^tfjs-multitask\/(.+)$/, replacement: join(root, 'src/$1/index.ts') },
  ];
  const vitest = await startVitest('test', [], options, { resolve: { alias: aliases } });
  await vitest.close();
}

/** Runs the checks in Chromium; prints what failed, and gives the counts and which backends they were of. */
async function checkBrowser() {
  const { output } = await node([join(root, 'scripts/check-browser.mjs')], process.env, MINUTES);
  const missing = /^check:browser: (no .*)$/m.exec(output)?.[1];
  if (missing) throw new Absent(missing);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [0, 0, 1];
  if (Number(failed) > 0) console.log(output.replace(/^ok .*\n/gm, '').replace(/^/gm, 'browser: '));
  const trained = ['simd', 'wasm', 'webgl', 'webgpu'].filter((name) =>
    new RegExp(`^ok .*\\b${name}\\b.* trains`, 'm').test(output),
  );
  const chromium = /^Chromium [\d.]+/m.exec(output)?.[0] ?? 'Chromium';
  return { passed: Number(passed), failed: Number(failed), note: `${chromium}: ${trained.join(', ')}` };
}

/** Prints what failed, and gives the counts. */
function countTests(name, { testResults }) {
  let passed = 0;
  let failed = 0;
  for (const { name: file, assertionResults, message } of testResults) {
    if (assertionResults.length === 0) {
      failed++;
      console.log(`FAILED  ${name}: ${relative(root, file)}\n${message}`);
    }
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'passed') passed++;
      else {
        failed++;
        console.log(`FAILED  ${name}: ${fullName}\n${failureMessages.join('\n')}`);
      }
    }
  }
  return { passed, failed };
}

async function testBackend(name, asked) {
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`;
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-multitask-backends-'));
  try {
    if (name === 'browser') return { ...(await checkBrowser()), skipped: 0, time: seconds() };
    const { env, alias = {}, note = '' } = (await PREPARE[name]?.(asked)) ?? {};
    const report = join(folder, 'report.json');
    const { code, output, ending } = await node(
      [fileURLToPath(import.meta.url), '--run', name, report, JSON.stringify(alias)],
      env,
      MINUTES,
    );
    const counts = existsSync(report)
      ? countTests(name, JSON.parse(await readFile(report, 'utf8')))
      : { passed: 0, failed: 0 };
    if (code === 0 || counts.failed > 0) return { ...counts, skipped: 0, time: seconds(), note };
    console.log(`FAILED  ${name}: its process ${ending}\n${output.slice(-4000)}`);
    return { ...counts, failed: 1, skipped: 0, time: seconds(), note: `its process ${ending}` };
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    const counts = process.env.REQUIRE_SWIFTSHADER && !NEEDS_GPU.includes(name);
    return { passed: 0, failed: counts ? 1 : 0, skipped: counts ? 0 : 1, time: '', note: error.message };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function main(names) {
  const unknown = names.filter((name) => !BACKENDS.includes(name));
  if (unknown.length > 0) {
    console.error(`test-backends: no backend ${unknown.join(', ')}; there are ${BACKENDS.join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  const rows = [];
  const line = (...cells) => cells.map((cell, i) => String(cell)[i === 0 ? 'padEnd' : 'padStart'](10)).join('');
  console.log(line('backend', 'passed', 'failed', 'skipped', 'time'));
  for (const name of names.length > 0 ? names : BACKENDS) {
    const row = await testBackend(name, names.includes(name));
    rows.push(row);
    console.log(`${line(name, row.passed, row.failed, row.skipped, row.time)}   ${row.note}`);
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  if (sum('failed') > 0) process.exitCode = 1;
}

const [first, ...others] = process.argv.slice(2);
process.once('SIGINT', () => process.exit(130));
await (first === '--run' ? runSuite(...others) : main(process.argv.slice(2)));
