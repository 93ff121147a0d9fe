import { importBuiltin, isNode } from '../../../internal/environment';

/** Functions of Node's `util` that tfjs-node still calls, removed in Node 23. */
const REMOVED = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
};

/** Environment variables that TensorFlow reads when it starts, unless they are set: */
const SETTINGS = {
  TF_FORCE_GPU_ALLOW_GROWTH: 'true', // allocates GPU memory as needed, not all at once
  TF_CPP_MIN_LOG_LEVEL: '1', // prints warnings, but no information
};

/**
 * Prepares the process for tfjs-node and tfjs-node-gpu 4.22, before they are loaded: sets how TensorFlow starts, and
 * adds to `util`, where they are missing, the two functions that Node 23 removed. tfjs-node calls them in most of its
 * operations, so they stay; they are not enumerable, and a program can see only that they exist.
 *
 * Returns a function that undoes all of it, for where the package is not installed.
 */
export async function prepareForTfjsNode(): Promise<() => void> {
  if (!isNode()) return () => {};
  const { default: util } = await importBuiltin<{ readonly default: object }>('node:util');
  const missing = Object.entries(REMOVED).filter(([name]) => !(name in util));
  for (const [name, value] of missing) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  const unset = Object.entries(SETTINGS).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of unset) process.env[name] = value;
  return () => {
    for (const [name] of missing) Reflect.deleteProperty(util, name);
    for (const [name] of unset) delete process.env[name];
  };
}
