import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BEGAN, isAlive } from '../is-alive';

/** A folder that another process works in. */
export class FolderInUse extends Error {}

interface Claim {
  readonly name: string;
  readonly pid: number;
  readonly shared: boolean;
}

const NAME = /^(lock|share)-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{16}$/;
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** So often a process renews its claims, for those on other machines, which cannot ask whether it lives. */
const RENEW_MS = 15_000;
/** A claim of another machine that was not renewed for so long does not count. */
const GONE_MS = 120_000;
/** Up to so long a process waits before it claims a folder anew, when others claimed it at the same moment. */
const PAUSE_MS = 50;

/** The time by the clock of the machine that keeps the folder, which is also that of the claims. */
async function timeIn(folder: string): Promise<number> {
  const file = join(folder, `.time-${randomBytes(8).toString('hex')}`);
  await writeFile(file, '');
  const { mtimeMs } = await stat(file);
  await rm(file, { force: true });
  return mtimeMs;
}

async function wasRenewed(folder: string, name: string): Promise<boolean> {
  const there = await stat(join(folder, name)).catch(() => undefined);
  return there !== undefined && (await timeIn(folder)) - there.mtimeMs < GONE_MS;
}

/** The claims of processes that live; those of processes that are gone are removed. */
async function readClaims(folder: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const name of await readdir(folder)) {
    const [, kind, host, pid, began] = NAME.exec(name) ?? [];
    if (kind === undefined) continue;
    const alive = host === HOST ? isAlive(Number(pid), Number(began)) : await wasRenewed(folder, name);
    if (alive) claims.push({ name, pid: Number(pid), shared: kind === 'share' });
    else await rm(join(folder, name), { force: true });
  }
  return claims;
}

/**
 * Takes a folder for this process; returns the function that frees it. The lock of a process that is gone does not count:
 * one of this machine is looked for, one of another has two minutes to give a sign of life. With `shared` the folder is
 * taken together with others who share it.
 *
 * A lock is a file of a name of its own, so that nobody removes another's. Who wants the folder lays one down, and has it
 * if no other lies there then: of two at the same moment the later one at least sees the other's. Both may, and take
 * theirs back.
 *
 * @throws FolderInUse that names the other process, where one is at work.
 */
export async function lockFolder(folder: string, { shared = false } = {}): Promise<() => Promise<void>> {
  for (;;) {
    const inTheWay = async (): Promise<Claim[]> =>
      (await readClaims(folder)).filter((claim) => !(shared && claim.shared));
    const [other] = await inTheWay();
    if (other !== undefined) {
      const path = join(folder, other.name);
      const host = await readFile(path, 'utf8').catch(() => '');
      const on = host === '' || host === hostname() ? '' : ` on ${host}`;
      throw new FolderInUse(
        `${folder}: process ${other.pid}${on} is running experiments there. Wait for it, end it, or choose another --out; ` +
          `if ${other.pid} is something else, remove ${path}.`,
      );
    }
    const name = `${shared ? 'share' : 'lock'}-${HOST}-${process.pid}-${BEGAN}-${randomBytes(8).toString('hex')}`;
    const file = join(folder, name);
    await writeFile(file, hostname(), { flag: 'wx' });
    if ((await inTheWay()).every((claim) => claim.name === name)) {
      const renewing = setInterval(() => void renew(file), RENEW_MS).unref();
      return async () => {
        clearInterval(renewing);
        await rm(file, { force: true });
      };
    }
    await rm(file, { force: true });
    await setTimeout(PAUSE_MS * Math.random());
  }
}

/** Writes a claim anew; one that somebody removed stays away, and a folder that is out of reach may come back. */
async function renew(file: string): Promise<void> {
  await writeFile(file, hostname(), { flag: 'r+' }).catch(() => undefined);
}
