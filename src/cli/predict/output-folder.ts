import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { removeLeftovers, temporaryName } from '../../node/leftovers';
import { makeFolder } from '../../node/make-folder';

/** A folder that is filled under a temporary name, so that it is there whole or not at all, and replaces nothing. */
export interface OutputFolder {
  /** Where files go meanwhile. */
  readonly path: string;
  /** Adds to a file. */
  append(file: string, text: string): Promise<void>;
  /** Gives the folder its name. */
  finish(): Promise<void>;
  /** Removes it with what is in it. */
  discard(): Promise<void>;
}

/** @throws {Error} unless nothing is there, or an empty folder. */
async function checkFree(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`${target}: expected a new or an empty folder: ${error.message}.`, { cause: error });
  });
  if (names.length === 0) return;
  throw new Error(
    `${target}: expected a new or an empty folder, found ${names.length === 1 ? 'a file' : `${names.length} files`} in it; name another --out.`,
  );
}

/**
 * Opens a folder that is new, or empty.
 *
 * @throws {Error} for another one, and where it cannot be made.
 */
export async function openOutputFolder(out: string): Promise<OutputFolder> {
  const target = resolve(out);
  await checkFree(target);
  const parent = dirname(target);
  const path = join(parent, temporaryName());
  try {
    await makeFolder(parent);
    await removeLeftovers(parent);
    await mkdir(path);
  } catch (error) {
    throw new Error(`${target}: could not make ${basename(target)}: ${(error as Error).message}.`, { cause: error });
  }
  const handles = new Map<string, Awaited<ReturnType<typeof open>>>();
  const close = async (): Promise<void> => {
    for (const handle of handles.values()) await handle.close();
    handles.clear();
  };
  return {
    path,
    async append(file, text) {
      const handle = handles.get(file) ?? (await open(join(path, file), 'wx'));
      handles.set(file, handle);
      await handle.appendFile(text);
    },
    async finish() {
      for (const handle of handles.values()) await handle.sync();
      await close();
      await checkFree(target);
      // Not every system puts a folder in the place of an empty one.
      await rmdir(target).catch(() => undefined);
      await rename(path, target);
    },
    async discard() {
      await close();
      await rm(path, { recursive: true, force: true });
    },
  };
}
