// Runs the op tests that tfjs-core ships in its npm package on the official cpu backend and on `simd`: what passes on cpu must
// pass on simd. Each run is a process of its own. Prints `N passed, N failed`.
//
//   npm run check:ops -- [--only TEXT] [--node MAJOR]
//
//   --only   a part of the names of the specs to run
//   --node   runs `simd` on that version of Node, fetched from npm where it is not this one
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { nodeBinary } from '../../../scripts/node-binary.mjs';

/** Specs that need not pass, each with the reason. */
const EXCLUDED = {
  'Switching cpu backends backend {} Move data from cpu1 to cpu2 backend': 'runs only where the backend is called cpu',
  'Switching cpu backends backend {} can execute op with data from mixed backends':
    'runs only where the backend is called cpu',
  'avgPool backend {} gradient x=[3,3,1] f=[3,3] s=1 p=explicit':
    'expects the share of a whole window at padded edges, where avgPool divides by the covered pixels: not its derivative',
};

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const { only, node } = parseArgs({
  options: { only: { type: 'string', default: '' }, node: { type: 'string' } },
}).values;
const binary = node ? await nodeBinary(Number(node)) : process.execPath;
const work = await mkdtemp(join(root, 'node_modules/.op-suite-')); // inside, so that the bundle finds jasmine-core

/** Bundles the tests with the backends from source. */
async function bundle() {
  const outfile = join(work, 'suite.cjs');
  await build({
    entryPoints: [join(root, 'packages/backend-simd/scripts/op-suite-run.mjs')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['jasmine-core', 'node-fetch'],
    ignoreAnnotations: true, // the package's list of side effects leaves its tests out
    logLevel: 'error',
  });
  return outfile;
}

/** How each spec ended, by its name. */
async function outcome(file, ...args) {
  const result = `${file}-${args.join('-')}.json`;
  await run(args[0] === 'cpu' ? process.execPath : binary, [file, result, only, ...args], { maxBuffer: 2 ** 26 });
  return JSON.parse(await readFile(result, 'utf8'));
}

const isGood = (spec) => spec?.status === 'passed';

async function compare() {
  const suite = await bundle();
  const [cpu, one] = await Promise.all([outcome(suite, 'cpu'), outcome(suite, 'simd', '1')]);
  const [plain, two] = await Promise.all([
    outcome(suite, 'simd', '1', 'plain'),
    outcome(suite, 'simd', '2', 'small-pieces'),
  ]);

  const good = Object.keys(cpu).filter((name) => isGood(cpu[name]));
  const wanted = good.filter((name) => !(name in EXCLUDED));
  const bad = Object.values(cpu).filter(({ status }) => status === 'failed').length;
  console.log(`cpu: ${good.length} pass, ${bad} fail, ${good.length - wanted.length} excluded`);
  let passed = 0;
  let failed = 0;
  const fail = (name, why) => {
    failed++;
    console.log(`FAILED  ${name}\n${why}`);
  };
  for (const [what, specs] of [
    ['simd, 1 thread', one],
    ['simd, 1 thread, without fused products', plain],
    ['simd, 2 threads', two],
  ]) {
    const fails = wanted.filter((name) => !isGood(specs[name]));
    console.log(`${what}: ${wanted.length - fails.length} pass, ${fails.length} fail`);
    for (const name of fails) fail(name, specs[name]?.messages.join('\n') ?? 'did not run');
    for (const name of Object.keys(EXCLUDED)) {
      if (isGood(specs[name])) fail(name, 'passes: no longer exclude it');
    }
    passed += wanted.length - fails.length;
  }
  if (passed === 0) fail(`--only ${only}`, 'no spec passes');
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

try {
  await compare();
} finally {
  await rm(work, { recursive: true });
}
