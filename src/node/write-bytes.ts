import { refuseKind } from '../internal/check-kinds';
import { checkPath } from './check-path';
import { writeDurably } from './write-durably';

/**
 * Writes bytes to a file.
 *
 * A file that was there is replaced in one step, so that a crash or a full disk leaves the old one or the new one, whole.
 * Creates the directories that it needs.
 *
 * @throws {TypeError} for what is no Uint8Array.
 * @throws {Error} with the path if it cannot be written.
 * @example
 * ```ts
 * import { writeBytes } from 'tfjs-multitask/node';
 *
 * await writeBytes('runs/own/model.bin', Uint8Array.of(1, 2, 3));
 * ```
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  checkPath(path, 'writeBytes: path');
  if (!(bytes instanceof Uint8Array)) refuseKind(bytes, 'writeBytes: bytes', 'a Uint8Array');
  await writeDurably(path, [bytes]);
}
