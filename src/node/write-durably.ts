import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from './leftovers';
import { makeFolder } from './make-folder';

/** A rename outlives a power cut only once its directory is on the disk too; Windows cannot open directories. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Content that lies whole on the disk under a temporary name. */
interface Staged {
  /** Puts it in the place of what was there before. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** Writes the content of a file and flushes it to the disk, but does not put it in place; errors as {@link writeDurably}. */
export async function stage(path: string, chunks: readonly Uint8Array[]): Promise<Staged> {
  const directory = dirname(path);
  const temporary = join(directory, temporaryName());
  const discard = () => rm(temporary, { force: true }).catch(() => undefined);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await discard();
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
      throw new Error(`${path}: could not write ${bytes} bytes: ${(error as Error).message}.`, { cause: error });
    }
  };
  await attempt(async () => {
    await makeFolder(directory);
    const handle = await open(temporary, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
  return {
    commit: () =>
      attempt(async () => {
        await rename(temporary, path);
        await syncDirectory(directory);
      }),
    discard,
  };
}

/**
 * Writes a file so that a crash, a kill or a full disk at any moment leaves what was there before or the new content,
 * whole: a temporary file beside it is written, flushed to the disk and renamed. Creates the directories that it needs.
 *
 * @throws {Error} with the path, the bytes needed and the reason; the temporary file is gone then.
 */
export async function writeDurably(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  await (await stage(path, chunks)).commit();
}
