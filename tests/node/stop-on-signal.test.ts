import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const AWAIT_SIGNAL = fileURLToPath(new URL('./await-signal.ts', import.meta.url));

it.each(['SIGINT', 'SIGTERM'] as const)('%s aborts, once, and lets the work come to its end', async (signal) => {
  const child = spawn(process.execPath, ['--import', 'tsx', AWAIT_SIGNAL]);
  const said: string[] = [];
  child.stdout.on('data', (text) => said.push(String(text)));
  await once(child.stdout, 'data');
  child.kill(signal);
  child.kill(signal); // npm and tsx pass it on as well
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(said.join('')).toBe('ready\naborted\n');
});
