import { checkRecord } from './check-kinds';
import { didYouMean, nearest } from './nearest';

/** The names of all members, of each member of a union too. */
type NameOf<O> = O extends unknown ? keyof O & string : never;

/** Nothing to add where `K` has all names of `O`; else what no list has, so that the list does not compile. */
type Complete<O, K> = [NameOf<O>] extends [K] ? unknown : { readonly missing: Exclude<NameOf<O>, K> };

/**
 * Throws for an option that a function does not know, which JavaScript would ignore in silence. `names` are those that
 * it knows: a list that lacks one of `options`' type, or has another one, does not compile.
 *
 * @throws {TypeError} unless `options` is an object.
 * @throws {RangeError} for an unknown name, with the nearest known one.
 */
export function checkOptions<O extends object, const K extends NameOf<O>>(
  options: O,
  names: readonly K[] & Complete<O, K>,
  caller: string,
): void {
  checkRecord(options, `${caller}: options`);
  for (const name of Object.keys(options)) {
    if ((names as readonly string[]).includes(name)) continue;
    const hint = didYouMean(nearest(name, names));
    throw new RangeError(`${caller}: unknown option '${name}'.${hint} The options are ${names.join(', ')}.`);
  }
}
