import { importBuiltin } from '../../internal/environment';

/** What is read at once. */
const PART = 2 ** 28;

/**
 * Reads a regular file: a pipe or a device would not end.
 *
 * @throws {Error} that names the path.
 */
export async function readPath(path: string): Promise<Uint8Array> {
  const { constants, promises } = await importBuiltin<typeof import('node:fs')>('node:fs');
  try {
    const handle = await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new Error('it is no regular file');
      const bytes = new Uint8Array(stats.size);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, Math.min(PART, bytes.length - at));
        if (bytesRead === 0) throw new Error('it ends too early');
        at += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new Error(`${path}: could not be read: ${(error as Error).message}.`, { cause: error });
  }
}
