import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

function leaves(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/**
 * The real path of a relative `path` below the directory `root`.
 *
 * @throws {Error} if the path is absolute or leads out of `root` by `..` or by a symbolic link; what `realpath` throws
 * where nothing is there.
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  if (isAbsolute(path)) throw new Error(`${path}: expected a path relative to ${root}, got an absolute one.`);
  const target = resolve(root, path);
  if (leaves(resolve(root), target)) throw new Error(`${path}: expected a path below ${root}, got ${target}.`);
  const [realRoot, real] = [await realpath(root), await realpath(target)];
  if (leaves(realRoot, real)) {
    throw new Error(`${path}: expected a path below ${root}, got a symbolic link to ${real}.`);
  }
  return real;
}
