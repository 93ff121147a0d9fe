import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ended } from './support';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Starts the program from its sources, in a process of its own. */
export function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', at('../../src/cli/main.ts'), ...args], {
    cwd: at('../..'),
    env: { ...process.env, TSX_TSCONFIG_PATH: at('../../tsconfig.json'), ...env },
  });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (text) => {
      printed[stream] += String(text);
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? -1, ...printed }));
  });
  return { child, ended };
}
