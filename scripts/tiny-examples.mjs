// Runs every example at a tiny size, to see that it still works. Prints `N passed, N failed`.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = await mkdtemp(join(tmpdir(), 'tfjs-multitask-examples-'));
const demo = ['--images', '24', '--size', '16', '--filters', '2', '--epochs', '1', '--batch', '2', '--out', out];

const names = (await readdir(join(root, 'examples'))).filter((name) =>
  existsSync(join(root, 'examples', name, 'main.ts')),
);
let failed = 0;
for (const name of names) {
  const args = ['--import', 'tsx', `examples/${name}/main.ts`, ...(name === 'demo' ? demo : ['--tiny'])];
  const start = performance.now();
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root });
    console.log(`ok      ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error.stdout}\n${error.stderr}`);
  }
}
await rm(out, { recursive: true, force: true });

console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
