import type { Held } from '../internal/held';
import type { PlainData } from '../types';

/** Holds what a weighting or an aggregator remembers between steps, by what it gives a checkpoint. */
export function holdMemory(part: { save?(): PlainData; load?(state: PlainData): void } | undefined): Held {
  const memory = part?.save === undefined ? undefined : structuredClone(part.save());
  return {
    restore() {
      if (memory !== undefined) part?.load?.(memory);
    },
    dispose: () => undefined,
  };
}
