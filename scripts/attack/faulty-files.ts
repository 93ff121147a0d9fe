import { promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The operations that change what is on the disk. */
const CALLS = [
  'mkdir',
  'open',
  'rename',
  'rm',
  'unlink',
  'link',
  'symlink',
  'writeFile',
  'copyFile',
  'truncate',
] as const;
const OF_HANDLES = ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate', 'close'] as const;

export type OperationName = (typeof CALLS)[number] | `handle.${(typeof OF_HANDLES)[number]}`;

/** One operation, before it is done. */
export interface Operation {
  readonly name: OperationName;
  /** How many of this name came before. */
  readonly number: number;
  /** What it is done to, where its errors would say so. */
  readonly path: string | undefined;
  /** Does it. */
  run(): Promise<unknown>;
  /** Does the first half of a `handle.writeFile`, or nothing. */
  half(): Promise<unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: functions of any arguments are replaced by others of the same
type Functions = Record<string, (...args: any[]) => Promise<any>>;

/**
 * Hands every operation below `folder` to `around`, in this process, until the function that it returns is called. Reads
 * are left alone.
 */
export async function watchFiles(
  folder: string,
  around: (operation: Operation) => Promise<unknown>,
): Promise<() => void> {
  const counts = new Map<string, number>();
  const count = (name: string): number => {
    const number = counts.get(name) ?? 0;
    counts.set(name, number + 1);
    return number;
  };
  const restores: (() => void)[] = [];
  const handles = new WeakSet<FileHandle>();
  const inside = (path: unknown): boolean =>
    (path instanceof URL ? fileURLToPath(path) : String(path)).startsWith(folder);
  const replace = (owner: Functions, name: string, by: (original: Functions[string]) => Functions[string]): void => {
    const original = owner[name];
    owner[name] = by(original);
    restores.push(() => {
      owner[name] = original;
    });
  };

  const probe = await promises.open(fileURLToPath(import.meta.url), 'r');
  const prototype = Object.getPrototypeOf(probe) as Functions;
  await probe.close();

  for (const name of CALLS) {
    replace(promises as unknown as Functions, name, (original) => async (...args) => {
      const reading = name === 'open' && (args[1] ?? 'r') === 'r';
      if (!inside(args[0]) || reading) return original.apply(promises, args);
      const run = () => original.apply(promises, args);
      const result = await around({
        name,
        number: count(name),
        path: String(args[0]),
        run,
        half: async () => undefined,
      });
      if (name === 'open') handles.add(result as FileHandle);
      return result;
    });
  }
  for (const name of OF_HANDLES) {
    replace(
      prototype,
      name,
      (original) =>
        async function (this: FileHandle, ...args) {
          const run = () => original.apply(this, args);
          if (!handles.has(this)) return run();
          const half = async () => {
            if (name !== 'writeFile') return undefined;
            const bytes = Buffer.from(args[0]);
            return original.call(this, bytes.subarray(0, bytes.length >> 1));
          };
          // What a handle does inside of its own functions is one operation.
          handles.delete(this);
          try {
            return await around({
              name: `handle.${name}`,
              number: count(`handle.${name}`),
              path: undefined,
              run,
              half,
            });
          } finally {
            if (name !== 'close') handles.add(this);
          }
        },
    );
  }
  syncBuiltinESMExports();
  return () => {
    for (const restore of restores) restore();
    syncBuiltinESMExports();
  };
}
