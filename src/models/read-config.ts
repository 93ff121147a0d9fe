/** Levels of objects and arrays: TensorFlow.js calls itself for each. */
const DEEPEST = 200;

/** An object of a topology. It inherits nothing. */
export interface Config {
  readonly [key: string]: unknown;
}

export function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** TensorFlow.js reads `inbound_nodes` and `inboundNodes` as one. */
export function camelCase(key: string): string {
  return key.length < 2 ? key : key.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * A copy of a topology with the keys that TensorFlow.js sees in it.
 *
 * @throws {RangeError} for more levels than it can read, and for two keys that it reads as one.
 */
export function readConfig(value: unknown, at: string, depth = 0): unknown {
  if (depth > DEEPEST) throw new RangeError(`${at}: expected at most ${DEEPEST} levels, found more.`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => readConfig(item, at, depth + 1));
  const config: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    const name = camelCase(key);
    if (name in config) throw new RangeError(`${at}: expected '${key}' once, found two spellings of it in one object.`);
    config[name] = readConfig(item, at, depth + 1);
  }
  return config;
}
