import { checkPath } from './check-path';
import { writeDurably } from './write-durably';

/**
 * Writes a value as JSON, indented by two spaces.
 *
 * A file that was there is replaced in one step, so that a crash leaves the old one or the new one, whole. Creates the
 * directories that it needs. As JSON has no NaN or infinity, they become null.
 *
 * @throws {TypeError} for a value that JSON cannot express: undefined, a function, a promise, a bigint, a circular
 * object.
 * @throws {Error} with the path if it cannot be written.
 * @example
 * ```ts
 * import { auc, score } from 'tfjs-multitask/metrics';
 * import { writeJson } from 'tfjs-multitask/node';
 *
 * const auroc = await score(auc(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * await writeJson('runs/own/scores.json', { auroc });
 * ```
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  checkPath(path, 'writeJson: path');
  if (typeof (value as { then?: unknown } | null | undefined)?.then === 'function') {
    throw new TypeError('writeJson: value must be one that JSON can say, got a promise: await it.');
  }
  const text = JSON.stringify(value, null, 2);
  if (text === undefined) throw new TypeError(`writeJson: value must be one that JSON can say, got ${typeof value}.`);
  await writeDurably(path, [new TextEncoder().encode(`${text}\n`)]);
}
