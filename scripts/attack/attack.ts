import type { Random } from 'tfjs-multitask/data';

/** What can go wrong: something trained is gone, the process is, it never ends, or it is wrong and nothing says so. */
export type Outcome = 'lost' | 'crash' | 'hang' | 'silent';

/** What a case throws where the library did not hold. Any other error is a crash. */
export class Fault extends Error {
  constructor(
    readonly outcome: Outcome,
    message: string,
  ) {
    super(message);
  }
}

/** One kind of attack. A new one is a file in `kinds` and a line in `attacks.ts`. */
export interface Attack<I = unknown> {
  readonly kind: string;
  /** How many of 1000 cases are of this kind; each kind has at least one. */
  readonly share: number;
  /** A case that takes longer hangs. Default: 20. */
  readonly seconds?: number;
  /** Why it cannot be tried on this machine; undefined where it can. */
  missing?(): Promise<string | undefined>;
  /** The input of one case: plain JSON, which alone says what `run` does. */
  draw(random: Random): I;
  /** Every input there is, where they can be listed; `folder` is where paths in them may point. */
  every?(folder: string): Promise<readonly I[]>;
  /** Tries one case in an empty folder of its own. Throws a {@link Fault} where the library did not hold. */
  run(input: I, folder: string): Promise<void>;
}

/** One case, as it is written to a file when it fails. */
export interface Case {
  readonly kind: string;
  readonly seed: number;
  readonly number: number;
  readonly input: unknown;
}

/** What came of it; no fault where the library held. */
export interface Result {
  readonly case: Case;
  readonly fault?: { readonly outcome: Outcome; readonly message: string };
}
