import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FolderInUse, lockFolder } from '../src/runs/lock';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();
const TAKE_LOCK = fileURLToPath(new URL('./take-lock.ts', import.meta.url));

/** How the files of locks name a machine. */
const hostOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);
const HOST = hostOf(hostname());

async function start(): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(process.execPath, ['--import', 'tsx', TAKE_LOCK, path()]);
  await once(child.stdout, 'data');
  return child;
}

async function goneProcess(): Promise<number> {
  const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(gone, 'exit');
  return gone.pid as number;
}

describe('lockFolder', () => {
  it('refuses a folder in which another process works, and says which', async () => {
    const unlock = await lockFolder(path());
    const [name] = await readdir(path());
    await expect(lockFolder(path())).rejects.toThrow(
      `${path()}: process ${process.pid} is running experiments there. Wait for it, end it, or choose another --out; ` +
        `if ${process.pid} is something else, remove ${path(name)}.`,
    );
    await unlock();
    expect(await readdir(path())).toEqual([]);
    await (await lockFolder(path()))();
  });

  it('takes a folder over from a process that is gone, and from an earlier one of the same number', async () => {
    for (const [pid, began] of [
      [await goneProcess(), 5],
      [process.pid, 5],
    ]) {
      await writeFile(path(`lock-${HOST}-${pid}-${began}-0123456789abcdef`), '');
      const unlock = await lockFolder(path());
      expect(await readdir(path())).toHaveLength(1);
      await unlock();
    }
    expect(await readdir(path())).toEqual([]);
  });

  it('lets those in who share it, and nobody else', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => lockFolder(path(), { shared: true })));
    await expect(lockFolder(path())).rejects.toThrow(FolderInUse);
    await first();
    await expect(lockFolder(path())).rejects.toThrow(`process ${process.pid} is running experiments there`);
    await second();
    const unlock = await lockFolder(path());
    await expect(lockFolder(path(), { shared: true })).rejects.toThrow(FolderInUse);
    await unlock();
  });

  it('believes a process of another machine for two minutes after its last sign of life', async () => {
    const file = path(`lock-${hostOf('elsewhere')}-${process.pid}-5-0123456789abcdef`);
    await writeFile(file, 'elsewhere');
    const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds);
    await utimes(file, ago(100), ago(100));
    await expect(lockFolder(path())).rejects.toThrow(`process ${process.pid} on elsewhere is running experiments`);
    await utimes(file, ago(130), ago(130));
    await (await lockFolder(path()))();
    expect(await readdir(path())).toEqual([]);
  });

  it('has one winner where many find the lock of a process that is gone, or none, at the same moment', async () => {
    const gone = await goneProcess();
    const children = await Promise.all(Array.from({ length: 6 }, start));
    try {
      for (let round = 0; round < 2; round++) {
        if (round === 0) await writeFile(path(`lock-${HOST}-${gone}-5-0123456789abcdef`), '');
        const racers = children.slice(3 * round, 3 * round + 3);
        const answers = Promise.all(racers.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
        for (const { stdin } of racers) stdin.write('go\n');
        expect((await answers).sort()).toEqual(['refused\n', 'refused\n', 'taken\n']);
        for (const child of racers) child.stdin.end();
        await Promise.all(racers.map((child) => once(child, 'exit')));
      }
    } finally {
      for (const child of children) child.kill();
    }
  });

  it('has one winner among many in one process, again and again', async () => {
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(path())));
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0].value();
      expect(await readdir(path())).toEqual([]);
    }
  });
});
