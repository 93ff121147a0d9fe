import type { LayersModel } from '@tensorflow/tfjs-layers';
import { frozenWeights } from '../internal/freeze';

/** The names of frozen weights in a run. */
export interface FrozenInRun {
  /** When it began, before any callback. */
  readonly begin: readonly string[];
  /** When the snapshot was taken. */
  readonly now: readonly string[];
}

/** How the last fit of a net began and ended. */
const fits = new WeakMap<LayersModel, FrozenInRun>();

const same = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

/** What is frozen in a net before callbacks of a fit freeze and unfreeze it: of a net that nobody has touched since its last fit, before that. */
export function frozenBefore(net: LayersModel): readonly string[] {
  const own = frozenWeights(net);
  const last = fits.get(net);
  return last !== undefined && same(last.now, own) ? last.begin : own;
}

/** Remembers how a fit ended that began so. */
export function fitEnded(net: LayersModel, begin: readonly string[]): void {
  fits.set(net, { begin, now: frozenWeights(net) });
}

/**
 * Throws where other weights are frozen than when the run of a snapshot began, or when it was taken: in between callbacks may
 * have changed what is.
 */
export function checkFrozen(saved: FrozenInRun | undefined, net: LayersModel, begin: readonly string[]): void {
  if (saved === undefined || same(saved.begin, begin) || same(saved.now, frozenWeights(net))) return;
  const first = (names: readonly string[], others: readonly string[]): string | undefined => {
    const found = names.filter((name) => !others.includes(name));
    return found.length > 1 ? `${found[0]} and ${found.length - 1} other weights` : found[0];
  };
  const frozen = first(saved.begin, begin);
  const free = first(begin, saved.begin);
  throw new RangeError(
    `resume: the checkpoint was written with ${frozen ?? free} ${frozen === undefined ? 'in training' : 'frozen'}, the trainer ` +
      `has ${frozen === undefined ? 'that frozen' : 'that in training'}; freeze what was frozen when the run began, or begin a new fit.`,
  );
}
