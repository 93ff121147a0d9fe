import { checkInteger } from '../../internal/check';
import { random } from '../../internal/random';

/** How cases are drawn again for a bootstrap. */
export interface ResamplingOptions {
  /** How many bootstrap resamples. Default: 1000. */
  readonly resamples?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /**
   * The group (the patient) of each case: groups are resampled whole, since cases within a group are not independent.
   * Default: none, each case is drawn for itself.
   */
  readonly groups?: readonly (string | number)[] | undefined;
}

/** Throws unless the options can resample `cases` cases. */
export function checkResampling(name: string, cases: number, { resamples, seed, groups }: ResamplingOptions): void {
  if (resamples !== undefined) checkInteger(resamples, 1, `${name}: resamples`);
  if (seed !== undefined) checkInteger(seed, 0, `${name}: seed`);
  if (groups === undefined) return;
  if (groups.length !== cases) {
    throw new RangeError(`${name}: groups must name the group of each of ${cases} cases, got ${groups.length}.`);
  }
  checkGroups(name, groups);
}

/** Throws where a case has no group: those without one are not one group. */
export function checkGroups(name: string, groups: readonly (string | number)[]): void {
  groups.forEach((group: unknown, i) => {
    if (typeof group === 'string' || (typeof group === 'number' && !Number.isNaN(group))) return;
    throw new TypeError(`${name}: groups must be strings or numbers, got ${group} at place ${i}.`);
  });
}

/** How often each case was drawn, for each resample; none for fewer than two cases or groups. */
export function* resampledWeights(
  cases: number,
  { resamples = 1000, seed = 0, groups }: ResamplingOptions,
): Generator<Float64Array> {
  const units = new Map<string | number, number[]>();
  for (let i = 0; i < cases; i++) {
    const group = groups === undefined ? i : groups[i];
    const unit = units.get(group);
    if (unit === undefined) units.set(group, [i]);
    else unit.push(i);
  }
  const lists = [...units.values()];
  if (lists.length < 2) return;
  // The stream of `interval`, so that both draw the same cases.
  const { integer } = random(seed, 'interval');
  for (let k = 0; k < resamples; k++) {
    const weights = new Float64Array(cases);
    for (let draw = 0; draw < lists.length; draw++) for (const i of lists[integer(lists.length)]) weights[i]++;
    yield weights;
  }
}
