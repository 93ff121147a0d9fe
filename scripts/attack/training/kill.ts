import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OperationName } from '../faulty-files';
import type { Setup } from './setup';

export interface KillAtOperation {
  readonly operation: OperationName;
  /** How many of this name come before. */
  readonly number: number;
  /** Before it, after the first half of what it writes, or after it. */
  readonly moment: 'before' | 'half' | 'after';
}

export type Kill = KillAtOperation | { readonly milliseconds: number };

/** A fit that was killed, or got through. */
export interface Killed {
  readonly killed: boolean;
  /** The newest checkpoint that was on the disk before, as the fit said. */
  readonly checkpoint: string | undefined;
}

const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));

/** Fits the tiny model in a process of its own, which is killed so many milliseconds after it begins or kills itself. */
export function fitAndKill(setup: Setup, folder: string, kill: Kill): Promise<Killed> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', VICTIM, folder, JSON.stringify(setup)];
    if ('operation' in kill) args.push(JSON.stringify(kill));
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk) => {
      if (output === '' && 'milliseconds' in kill) {
        timer = setTimeout(() => child.kill('SIGKILL'), kill.milliseconds);
      }
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0 && signal !== 'SIGKILL') {
        return reject(new Error(`the fit ended with ${code ?? signal}:\n${errors.slice(-2000)}`));
      }
      resolve({ killed: signal === 'SIGKILL', checkpoint: output.match(/checkpoint-\d+\.tfmt/g)?.at(-1) });
    });
  });
}
