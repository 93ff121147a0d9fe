import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes a folder for this process; returns the function that frees it. The lock of a process that is gone is taken over.
 *
 * @throws Error that names the other process, where one is at work.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(file, 'utf8').catch(() => ''));
    if (pid > 0 && isAlive(pid)) {
      throw new Error(
        `${folder}: process ${pid} is running experiments there. Wait for it, end it, or choose another --out; ` +
          `if ${pid} is something else, remove ${file}.`,
      );
    }
    await rm(file, { force: true });
  }
  throw new Error(`${file}: another process takes this folder at the same moment; try again.`);
}
