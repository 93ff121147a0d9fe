import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Attack, Fault } from '../attack';

interface Kill {
  /** SIGTERM saves and ends, SIGKILL ends. */
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** As a share of the time that a whole run takes. */
  readonly at: number;
}

interface Input {
  /** One sitting after the other, each from what the one before left. */
  readonly kills: readonly Kill[];
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const OPTIONS = '--images 24 --size 16 --filters 2 --epochs 3 --batch 2 --backend wasm'.split(' ');
/** What the demo exits with where it was told to stop. */
const STOPPED = 130;

/** Runs the demo in a folder, on from where it is; false where it was ended after `limit` milliseconds. */
function runDemo(folder: string, signal?: Kill['signal'], limit?: number): Promise<boolean> {
  const known = existsSync(join(folder, 'options.json'));
  const options = known ? ['--resume', '--backend', 'wasm'] : OPTIONS;
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', 'examples/demo/main.ts', ...options, '--out', folder];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const timer = limit === undefined ? undefined : setTimeout(() => child.kill(signal), limit);
    child.on('error', reject);
    child.on('close', (code, by) => {
      clearTimeout(timer);
      if (by !== null || code === STOPPED) resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`the demo ended with ${code}:\n${errors.slice(-2000)}`));
    });
  });
}

/** The bytes of all saved models, and the test scores. */
async function readOutcome(folder: string): Promise<string> {
  const { models } = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
  const parts: string[] = [];
  for (const { name, epochs, test } of models) {
    const files = await readdir(join(folder, name, 'model'));
    // The name of the file of weights is a digest of them.
    const weights = files.filter((file) => file.endsWith('.bin'));
    parts.push(JSON.stringify({ name, epochs, test, weights }));
  }
  return parts.join('\n');
}

let calm: Promise<{ readonly outcome: string; readonly milliseconds: number }> | undefined;

async function runCalmly(): Promise<{ readonly outcome: string; readonly milliseconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-demo-'));
  try {
    const began = performance.now();
    await runDemo(folder);
    return { milliseconds: performance.now() - began, outcome: await readOutcome(folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ends the demo at random moments; resumed, it comes to the weights and scores of one that was not ended. */
export const demo: Attack<Input> = {
  kind: 'demo',
  share: 1,
  seconds: 300,
  draw({ uniform, integer }) {
    const kill = (): Kill => ({ signal: integer(3) === 0 ? 'SIGTERM' : 'SIGKILL', at: uniform(0.1, 0.9) });
    return { kills: Array.from({ length: 1 + integer(3) }, kill) };
  },
  async run({ kills }, folder) {
    calm ??= runCalmly();
    const { outcome, milliseconds } = await calm;
    const out = join(folder, 'out');
    let whole = false;
    for (const { signal, at } of kills) whole ||= await runDemo(out, signal, at * milliseconds);
    if (!whole) await runDemo(out);
    const found = await readOutcome(out);
    if (found !== outcome) throw new Fault('lost', `it ended elsewhere than undisturbed:\n${found}\nnot\n${outcome}`);
  },
};
