import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BEGAN, isAlive } from '../is-alive';

/** The claims of processes that live; those of processes that are gone are removed. */
async function readClaims(folder: string): Promise<{ name: string; pid: number }[]> {
  const claims: { name: string; pid: number }[] = [];
  for (const name of await readdir(folder)) {
    const [, pid, began] = /^lock-(\d+)-(\d+)-[0-9a-f]{16}$/.exec(name)?.map(Number) ?? [];
    if (pid === undefined) continue;
    if (isAlive(pid, began)) claims.push({ name, pid });
    else await rm(join(folder, name), { force: true });
  }
  return claims;
}

/** Up to so long a process waits before it claims a folder anew, when others claimed it at the same moment. */
const PAUSE_MS = 50;

/**
 * Takes a folder for this process; returns the function that frees it. The lock of a process that is gone does not count.
 *
 * A lock is a file of a name of its own, so that nobody removes another's. Who wants the folder lays one down, and has it
 * if no other lies there then: of two at the same moment the later one at least sees the other's. Both may, and take
 * theirs back.
 *
 * @throws Error that names the other process, where one is at work.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  for (;;) {
    const [other] = await readClaims(folder);
    if (other !== undefined) {
      throw new Error(
        `${folder}: process ${other.pid} is running experiments there. Wait for it, end it, or choose another --out; ` +
          `if ${other.pid} is something else, remove ${join(folder, other.name)}.`,
      );
    }
    const file = join(folder, `lock-${process.pid}-${BEGAN}-${randomBytes(8).toString('hex')}`);
    await writeFile(file, '', { flag: 'wx' });
    if ((await readClaims(folder)).length === 1) return () => rm(file, { force: true });
    await rm(file, { force: true });
    await setTimeout(PAUSE_MS * Math.random());
  }
}
