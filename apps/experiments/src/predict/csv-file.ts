import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BEGAN, isAlive } from '../is-alive';

/** A CSV file that is written row by row. */
export interface CsvFile {
  /** Adds what is rows already. */
  append(text: Buffer): Promise<void>;
  write(rows: readonly (readonly string[])[]): Promise<void>;
  /** Flushes it to the disk and gives it its name. */
  finish(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

const quote = (cell: string): string => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Removes the files of this name that processes left which were killed. */
async function removeAbandoned(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const [, pid, began] = /^(\d+)-(\d+)\.tmp$/.exec(name.slice(basename(path).length + 1))?.map(Number) ?? [];
    if (pid !== undefined && !isAlive(pid, began)) await rm(join(dirname(path), name), { force: true });
  }
}

/** Opens a CSV file under a temporary name, so that `path` is the whole file or what was there before; throws for a folder. */
export async function createCsv(path: string): Promise<CsvFile> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new Error(`--out must be a file, and ${path} is a folder.`);
  await mkdir(dirname(path), { recursive: true });
  await removeAbandoned(path);
  const temporary = `${path}.${process.pid}-${BEGAN}.tmp`;
  const handle = await open(temporary, 'w');
  return {
    append: (text) => handle.appendFile(text),
    async write(rows) {
      await handle.appendFile(rows.map((cells) => `${cells.map(quote).join(',')}\n`).join(''));
    },
    async finish() {
      await handle.sync();
      await handle.close();
      await rename(temporary, path);
    },
    async discard() {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}
