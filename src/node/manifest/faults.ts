const SHOWN = 5;

/** Collects what is wrong with a set of data, so that all of it is told at once. */
export interface Faults {
  /** `place`: where, such as 'line 3 (a.png)'; `order`: what comes first in the list. */
  add(order: number, place: string, text: string): void;
  /** @throws {Error} that shows the first faults and says how many there are. */
  throwIfAny(): void;
}

/** `source` is the file or the folder with the faults. */
export function collectFaults(source: string): Faults {
  // By their texts: what two readers say of one cell is one fault.
  const found = new Map<string, number>();
  return {
    add(order, place, text) {
      const fault = `${place}: ${text}`;
      if (!found.has(fault)) found.set(fault, order);
    },
    throwIfAny() {
      const faults = [...found].sort(([, a], [, b]) => a - b).map(([fault]) => fault);
      if (faults.length === 0) return;
      if (faults.length === 1) throw new Error(`${source}, ${faults[0]}`);
      const shown = faults.slice(0, SHOWN).map((fault) => `\n  ${fault}`);
      const rest = faults.length > SHOWN ? `\n  and ${faults.length - SHOWN} more.` : '';
      throw new Error(`${source} has ${faults.length} faults:${shown.join('')}${rest}`);
    },
  };
}
