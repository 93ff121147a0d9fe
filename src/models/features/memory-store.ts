import type { FeatureStore } from '../../types';

/** Keeps features in memory. `full` says what to do when they take more than `bytes`. */
export function memoryStore(bytes: number, full: (needed: number) => Error): FeatureStore {
  const kept = new Map<string, Float32Array>();
  let used = 0;
  return {
    get: async (key) => kept.get(key),
    async set(key, values) {
      used += values.byteLength;
      if (used > bytes) throw full(used);
      kept.set(key, values);
    },
  };
}
