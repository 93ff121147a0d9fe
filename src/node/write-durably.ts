import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TEMPORARY = /^\.[0-9a-f]{16}\.tfmt-tmp$/;
const STALE_MS = 60 * 60 * 1000;

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

/**
 * Writes a file so that a crash, a kill or a full disk at any moment leaves what was there before or the new content,
 * whole: a temporary file beside it is written, flushed to the disk and renamed. Creates the directories that it needs.
 *
 * @throws Error with the path, the bytes needed and the reason; the temporary file is gone then.
 */
export async function writeDurably(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${randomBytes(8).toString('hex')}.tfmt-tmp`);
  try {
    await mkdir(directory, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    throw new Error(`${path}: could not write ${bytes} bytes: ${(error as Error).message}.`, { cause: error });
  }
}

/**
 * Removes what writers that were killed left in a directory: temporary files, and those that `isLeftover` names. Files
 * of the last hour stay, since another process may be about to use them.
 */
export async function removeLeftovers(directory: string, isLeftover = (_name: string) => false): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!TEMPORARY.test(name) && !isLeftover(name)) continue;
    const path = join(directory, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0, // another process was faster
    );
    if (age > STALE_MS) await rm(path, { force: true });
  }
}
