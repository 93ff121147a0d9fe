import { execFile } from 'node:child_process';
import { readTrial, SECONDS, type Trial } from './read-trial';

/** The option by which the doctor has another process try a backend. */
export const TRY = '--try-backend';

/** Tries a backend in a process of its own, as a native library may end the one that loads it. */
export function tryInChild(name: string): Promise<Trial> {
  const [, program] = process.argv;
  const args = [...process.execArgv, program, 'doctor', TRY, name];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: SECONDS * 1000, windowsHide: true }, (error, stdout) => {
      resolve(readTrial(stdout, error));
    });
  });
}
