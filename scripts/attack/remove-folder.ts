import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { sep } from 'node:path';

/** Where file systems are mounted under a folder, the innermost first: a case that was killed did not unmount its own. */
async function mountsUnder(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const places = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  return places.filter((place) => place.startsWith(`${folder}${sep}`)).reverse();
}

/** Removes a folder with all that is in it, once what is mounted there is unmounted. */
export async function removeFolder(folder: string): Promise<void> {
  for (const place of await mountsUnder(folder)) execFileSync('umount', [place]);
  // A process that was killed may still be writing its last.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
