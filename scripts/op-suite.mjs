// Runs the op tests that tfjs-core ships in its npm package on the official cpu backend and on `simd`, with one thread and with
// two: what passes on cpu must pass on simd. Each run is a process of its own, since `simd` mends kernels of cpu.
// Prints `N passed, N failed`.
//
//   node scripts/op-suite.mjs [--only TEXT]      (TEXT: a part of the names of the specs to run)
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const { only } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;

const work = await mkdtemp(join(root, 'node_modules/.op-suite-')); // inside, so that the bundle finds jasmine-core
const bundle = join(work, 'suite.cjs');
await build({
  entryPoints: [join(root, 'scripts/op-suite-run.mjs')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  external: ['jasmine-core', 'node-fetch'],
  logLevel: 'error',
  ignoreAnnotations: true, // the package's list of side effects leaves its tests out
});

/** How each spec ended, by its name. */
async function outcome(...args) {
  const result = join(work, `${args.join('-')}.json`);
  await run(process.execPath, [bundle, result, only, ...args], { maxBuffer: 2 ** 26 });
  return JSON.parse(await readFile(result, 'utf8')).specs;
}

const start = performance.now();
const [cpu, one] = await Promise.all([outcome('cpu'), outcome('simd', '1')]);
const two = await outcome('simd', '2');
await rm(work, { recursive: true });

const isGood = (spec) => spec?.status === 'passed';
const wanted = Object.keys(cpu).filter((name) => isGood(cpu[name]));
const count = (status) => Object.values(cpu).filter((spec) => spec.status === status).length;
console.log(`cpu: ${wanted.length} specs pass, ${count('failed')} fail, ${count('pending')} are pending`);
let failed = 0;
for (const [threads, specs] of [
  [1, one],
  [2, two],
]) {
  const bad = wanted.filter((name) => !isGood(specs[name]));
  failed += bad.length;
  console.log(`simd, ${threads} thread(s): ${wanted.length - bad.length} of them pass`);
  for (const name of bad) console.log(`FAILED  ${name}\n${specs[name]?.messages.join('\n') ?? 'did not run'}`);
}
console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
console.log(`${2 * wanted.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || wanted.length === 0 ? 1 : 0;
