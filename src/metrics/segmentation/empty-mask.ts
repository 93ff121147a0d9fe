import { checkChoice } from '../../internal/check';

/**
 * What an overlap scores on an image whose true mask is empty:
 * - `'skip'`: nothing; the image is left out and counted in `skipped`;
 * - `'skip-both'`: 0, but nothing where the predicted mask is empty too;
 * - `'one'`: 0, but 1 where the predicted mask is empty too;
 * - `'zero'`: 0.
 */
export type EmptyOverlap = 'skip' | 'skip-both' | 'one' | 'zero';

/**
 * What a distance between surfaces is where the true or the predicted mask is empty, so that it has no surface:
 * - `'skip'`: nothing; the image is left out and counted in `skipped`, so that each miss makes the mean better;
 * - `'infinite'`: Infinity, but nothing where both are empty;
 * - `'diagonal'`: the length of the image's diagonal, but 0 where both are empty.
 */
export type EmptyDistance = 'skip' | 'infinite' | 'diagonal';

export function checkEmptyOverlap(empty: EmptyOverlap, name: string): void {
  checkChoice(empty, ['skip', 'skip-both', 'one', 'zero'], `${name}: empty`);
}

export function checkEmptyDistance(empty: EmptyDistance, name: string): void {
  checkChoice(empty, ['skip', 'infinite', 'diagonal'], `${name}: empty`);
}

/** The overlap of two masks, given their pixels, of which at least one has none; NaN leaves the image out. */
export function emptyOverlap(empty: EmptyOverlap, inTruth: number, inPrediction: number): number {
  if (inTruth > 0) return 0;
  if (empty === 'skip') return Number.NaN;
  if (inPrediction > 0 || empty === 'zero') return 0;
  return empty === 'one' ? 1 : Number.NaN;
}

/** The distance between two masks, of which at least one is empty; NaN leaves the image out. */
export function emptyDistance(empty: EmptyDistance, bothAreEmpty: boolean, diagonal: number): number {
  if (empty === 'skip') return Number.NaN;
  if (empty === 'infinite') return bothAreEmpty ? Number.NaN : Number.POSITIVE_INFINITY;
  return bothAreEmpty ? 0 : diagonal;
}
