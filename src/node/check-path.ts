import { kindOf } from '../internal/check-kinds';

/** Throws unless `path` can name a file or a directory. */
export function checkPath(path: unknown, name: string): void {
  if (typeof path !== 'string') {
    throw new TypeError(`${name} must be a text, such as 'runs/own', got ${kindOf(path)}.`);
  }
  if (path === '') throw new RangeError(`${name} must not be empty; the working directory is '.'.`);
  if (path.includes('\0')) throw new RangeError(`${name} must not hold the character NUL.`);
}
