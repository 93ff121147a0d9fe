import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

export interface RegularFile {
  readonly handle: FileHandle;
  readonly size: number;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/**
 * Opens a file for reading, without waiting: opening a pipe waits for its writer, and a device may never end.
 *
 * @throws {Error} where it is no regular file, or cannot be opened. It does not name the path.
 */
export async function openRegularFile(path: string): Promise<RegularFile> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}`);
    return { handle, size: stats.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Fills `into` from where the file is being read. */
export async function readFully(handle: FileHandle, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done);
    if (bytesRead === 0) throw new Error('it ends too early');
    done += bytesRead;
  }
}

/** The text of a regular file of at most `limit` bytes. */
export async function readRegularText(path: string, limit: number): Promise<string> {
  const { handle, size } = await openRegularFile(path);
  try {
    if (size > limit) throw new Error(`it has ${size} bytes, more than ${limit}`);
    const bytes = Buffer.alloc(size);
    await readFully(handle, bytes);
    return bytes.toString();
  } finally {
    await handle.close();
  }
}
