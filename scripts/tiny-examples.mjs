// Runs every example and the experiments at a tiny size, to see that they still work. Prints `N passed, N failed`.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = await mkdtemp(join(tmpdir(), 'tfjs-multitask-examples-'));

async function run(...args) {
  const start = performance.now();
  await promisify(execFile)(process.execPath, args, { cwd: root });
  return ((performance.now() - start) / 1000).toFixed(1);
}

const runExample = (name, ...args) => run('--import', 'tsx', `examples/${name}/main.ts`, ...args);
const runApp = (command, ...args) => run(`apps/experiments/bin/${command}.mjs`, ...args);

const demo = ['--images', '24', '--size', '16', '--filters', '2', '--epochs', '1', '--batch', '2'];
const experiments = join(out, 'experiments');

/** Predicts with a model that the experiments trained, on the pictures that they chose to show. */
async function predict() {
  const folders = (await readdir(join(experiments, 'runs'))).map((name) => join(experiments, 'runs', name));
  const model = folders.find((folder) => existsSync(join(folder, 'gallery')));
  const file = join(out, 'predictions.csv');
  const seconds = await runApp('predict', '--model', model, '--data', join(model, 'gallery'), '--out', file);
  const rows = (await readFile(file, 'utf8')).trimEnd().split('\n').length - 1;
  const images = (await readdir(join(model, 'gallery'))).filter((name) => name.endsWith('.png')).length;
  if (rows !== images) throw new Error(`${file}: expected a row for each of ${images} images, found ${rows}.`);
  return seconds;
}

const others = (await readdir(join(root, 'examples'))).filter(
  (name) => name !== 'demo' && existsSync(join(root, 'examples', name, 'main.ts')),
);
const examples = {
  demo: () => runExample('demo', ...demo, '--out', join(out, 'demo')),
  ...Object.fromEntries(others.map((name) => [name, () => runExample(name, '--tiny')])),
  'tfjs-backend-simd': () => run('--import', 'tsx', 'packages/backend-simd/examples/main.ts'),
  experiments: () => runApp('experiments', '--grid', 'tiny', '--out', experiments),
  predict,
};

let failed = 0;
for (const [name, example] of Object.entries(examples)) {
  try {
    console.log(`ok      ${name} (${await example()} s)`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error.stdout ?? ''}\n${error.stderr ?? error.message}`);
  }
}
await rm(out, { recursive: true, force: true });

console.log(`${Object.keys(examples).length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
