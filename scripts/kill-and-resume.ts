// Kills the demo with SIGKILL at random moments, resumes it each time, and compares its weights with those of a run that
// that was not interrupted. Prints `N passed, N failed`.
//
//   npx tsx scripts/kill-and-resume.ts [--kills 20] [--seed 1]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from 'tfjs-multitask/data';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const { uniform } = random(Number(values.seed), 'kills');

const OPTIONS = [
  '--images',
  '24',
  '--size',
  '16',
  '--filters',
  '2',
  '--epochs',
  '6',
  '--batch',
  '2',
  '--backend',
  'wasm',
];

/** Runs the demo; undefined where it was killed after `limit` milliseconds, else its exit code. */
function runDemo(args: readonly string[], limit?: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const timer = limit === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(0);
      else reject(new Error(`the demo ended with ${code ?? signal}:\n${errors.slice(-2000)}`));
    });
  });
}

/** The bytes of all saved models, and the test scores. */
async function outcome(folder: string): Promise<string> {
  const parts: string[] = [];
  for (const model of ['amyar2020', 'unet', 'cnn8']) {
    const files = await readdir(join(folder, model, 'model'));
    // The name of the weights file is a digest of what is in it.
    parts.push(`${model}: ${files.filter((file) => file.endsWith('.bin')).join(' ')}`);
  }
  const { models } = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
  for (const { name, epochs, test } of models) parts.push(JSON.stringify({ name, epochs, test }));
  return parts.join('\n');
}

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'kill-and-resume-'));
  try {
    const [calm, disturbed] = [join(root, 'calm'), join(root, 'disturbed')];
    const began = performance.now();
    await runDemo([...OPTIONS, '--out', calm]);
    const whole = performance.now() - began;
    console.log(`undisturbed run: ${(whole / 1000).toFixed(1)} s`);

    let killed = 0;
    let rounds = 0;
    // A run that gets through is followed by another one, until there have been enough kills; the last gets through.
    while (killed < kills || rounds === 0 || existsSync(`${disturbed}-${rounds}`)) {
      const folder = `${disturbed}-${rounds}`;
      const known = existsSync(join(folder, 'options.json'));
      const args = known ? ['--resume', '--backend', 'wasm', '--out', folder] : [...OPTIONS, '--out', folder];
      const limit = killed < kills ? uniform(0.1, 0.9) * whole : undefined;
      if ((await runDemo(args, limit)) === undefined) {
        killed++;
        console.log(`kill ${killed} after ${((limit ?? 0) / 1000).toFixed(1)} s`);
      } else {
        rounds++;
        console.log(`run ${rounds} got through`);
      }
    }

    const expected = await outcome(calm);
    let failed = 0;
    for (let round = 0; round < rounds; round++) {
      const same = (await outcome(`${disturbed}-${round}`)) === expected;
      if (!same) failed++;
      console.log(
        `disturbed run ${round + 1}: ${same ? 'the same weights and scores' : 'DIFFERENT weights or scores'}`,
      );
    }
    console.log(`${killed} kills`);
    console.log(`${rounds - failed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && killed >= kills ? 0 : 1;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

await main();
