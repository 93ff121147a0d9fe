import type { PlainData } from '../types';
import type { EpochLog } from './callbacks/callback';
import type { LossSums } from './scores';

/** What `run.snapshot()` returns. */
export type Snapshot<T extends string> = {
  readonly kind: 'tfjs-multitask run';
  readonly version: 1;
  /** Of the run, random. */
  readonly id: string;
  readonly trainer: PlainData;
  /** The epoch to continue with, and how many of its batches have been used. */
  readonly epoch: number;
  readonly batch: number;
  /** How long that took. */
  readonly seconds: number;
  readonly sums: LossSums;
  readonly history: readonly EpochLog<T>[];
  readonly stopped: string | null;
  readonly callbacks: { readonly [name: string]: PlainData };
};

/** Throws where `state` is no snapshot. */
export function readSnapshot<T extends string>(state: PlainData | undefined): Snapshot<T> | undefined {
  if (state === undefined) return undefined;
  const snapshot = state as unknown as Snapshot<T>;
  if (snapshot?.kind !== 'tfjs-multitask run' || snapshot.version !== 1) {
    throw new TypeError(
      'fit: resume must be what run.snapshot() returned; this is something else, or from another version.',
    );
  }
  return snapshot;
}

/** 128 random bits in hexadecimal digits: no two runs have the same id, whatever their seeds. */
export function newRunId(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (number) => number.toString(16).padStart(8, '0')).join('');
}
