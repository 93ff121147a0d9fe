import type { LabelledRow } from '../training/pretrained/probe';

/** One way to make a row of numbers of an image. */
export interface Candidate {
  readonly sizes: readonly number[];
  /** Stages of the encoder, and whether maxima stand beside the means of their channels. */
  readonly levels: readonly number[];
  readonly maxima: boolean;
  /** The logarithm of 1 and the number, so that few strong responses do not outweigh many. */
  readonly logarithm: boolean;
}

/** Where a level's means begin in a row of pooled features, and how many there are; the maxima come behind them. */
export interface Place {
  readonly level: number;
  readonly from: number;
  readonly count: number;
}

export function listCandidates(sizes: readonly number[], places: readonly Place[]): Candidate[] {
  const several = sizes.length > 1 ? [...sizes.map((size) => [size]), sizes] : [sizes];
  const all = places.map(({ level }) => level);
  const choices = [
    { levels: all.slice(-1), maxima: false },
    { levels: all.slice(-1), maxima: true },
    { levels: all, maxima: true },
  ];
  return several.flatMap((own) =>
    choices.flatMap((choice) => [false, true].map((logarithm) => ({ sizes: own, ...choice, logarithm }))),
  );
}

export const describe = ({ sizes, levels, maxima, logarithm }: Candidate): string =>
  `${sizes.join(' + ')} px, ${logarithm ? 'logarithms of ' : ''}means${maxima ? ' and maxima' : ''} of block${levels.length > 1 ? 's' : ''} ${levels.join(' and ')}`;

/** The rows of a candidate, of features by size and image. */
export function rowsOf(
  { sizes, levels, maxima, logarithm }: Candidate,
  bySize: ReadonlyMap<number, ReadonlyMap<string, Float32Array>>,
  places: readonly Place[],
  images: readonly (Omit<LabelledRow, 'features'> & { readonly id: string })[],
): LabelledRow[] {
  const own = places.filter(({ level }) => levels.includes(level));
  return images.map(({ id, label, group }) => {
    const parts = sizes.flatMap((size) => {
      const row = bySize.get(size)?.get(id) as Float32Array;
      return own.map(({ from, count }) => row.slice(from, from + (maxima ? 2 : 1) * count));
    });
    const features = Float32Array.from(parts.flatMap((part) => [...part]));
    return { features: logarithm ? features.map(Math.log1p) : features, label, group };
  });
}
