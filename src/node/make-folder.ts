import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, where they are not there. Node's own `recursive` never ends in a folder that nothing can be
 * made in and that says so by ENOENT, as those of `/proc` do.
 *
 * @throws {Error} of the system, for the first one that cannot be made.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = async (folder: string) => (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
    if (await isThere(path)) return;
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path || (await isThere(above))) throw error;
    await makeFolder(above);
    // Another process may have made it by now.
    await mkdir(path).catch(async (reason: Error) => {
      if (!(await isThere(path))) throw reason;
    });
  }
}
