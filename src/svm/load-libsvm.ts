import type libsvm from 'libsvm-js/asm.js';

type Libsvm = Awaited<typeof libsvm>;

const EVENT = 'unhandledRejection';

/** `libsvm-js` is an optional peer: only training needs it. */
export async function loadLibsvm(): Promise<Libsvm> {
  const node = typeof process !== 'undefined' && typeof process.listeners === 'function' ? process : undefined;
  const before = new Set<unknown>(node?.listeners(EVENT));
  try {
    return await (await import('libsvm-js/asm.js')).default;
  } catch (error) {
    throw new Error(
      `trainSvm: support-vector machines need the package 'libsvm-js': run \`npm install libsvm-js\`. (${(error as Error).message})`,
      { cause: error },
    );
  } finally {
    // When it is loaded it makes the whole program exit without a word at the next rejection that nobody handles.
    for (const listener of node?.listeners(EVENT) ?? []) if (!before.has(listener)) node?.off(EVENT, listener);
  }
}
