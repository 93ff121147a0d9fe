import { kFold, type SplitRow, split } from 'tfjs-multitask/data';
import type { SplitRecord } from '../records';
import { groupImages, reasonToExclude } from './groups';
import type { ImageInfo } from './images';

export type Part = 'train' | 'validation' | 'test';

export const PARTS: readonly Part[] = ['train', 'validation', 'test'];

type Fractions = Readonly<Record<Part, number>>;

/** Table 1 gives masks 50 : 20 : 30, and nine tenths of a source of images without a mask mostly to training. */
const MASKED: Fractions = { train: 0.5, validation: 0.2, test: 0.3 };
const UNMASKED: Fractions = { train: 0.8, validation: 0.1, test: 0.1 };
/** Of images that an official list keeps for scoring. */
const HELD_OUT: Fractions = { train: 0, validation: 0.5, test: 0.5 };
/** Where those are the test, to be looked at once: of images that an official list trains on. */
const LISTED_TO_TRAIN: Fractions = { train: 0.85, validation: 0.15, test: 0 };
/** The set whose official lists keep patients apart. */
const LISTED = 'covid-ct';

const stratumOf = ({ source, covid, mask }: ImageInfo): string => `${source}, ${covid}, ${mask}`;

/** What happens to the images that are alike in this. */
function fractionsOf(info: ImageInfo, official: SplitOptions['official'] = 'halved'): Fractions | Part {
  const listed = info.source === LISTED ? info.official : '';
  if (listed === 'train') return official === 'halved' ? 'train' : LISTED_TO_TRAIN;
  if (listed !== '') return official === 'halved' ? HELD_OUT : 'test';
  return info.mask ? MASKED : UNMASKED;
}

/** Where there are too few groups for all parts, all rows go to the largest: runs that need them elsewhere are refused. */
function dealOrKeep(rows: readonly SplitRow[], fractions: Fractions, seed: number): Record<Part, number[]> {
  try {
    return split(rows, { fractions, seed });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [largest] = [...PARTS].sort((a, b) => fractions[b] - fractions[a]);
    return { train: [], validation: [], test: [], [largest]: rows.map((_, i) => i) };
  }
}

/** Deals images to parts, those of each set of fractions by themselves. */
function deal(
  infos: readonly ImageInfo[],
  groups: ReadonlyMap<string, string>,
  { seed, official }: Pick<SplitOptions, 'seed' | 'official'>,
): Map<string, Part> {
  const parts = new Map<string, Part>();
  const named = infos.filter(({ official }) => official !== '');
  const threeLists = ['train', 'val', 'test'].every((part) => named.some(({ official }) => official === part));
  if (threeLists) {
    const meaning: Record<string, Part> = { train: 'train', val: 'validation', test: 'test' };
    for (const { id, official } of named) if (meaning[official]) parts.set(id, meaning[official]);
    return parts;
  }
  for (const fractions of [MASKED, UNMASKED, HELD_OUT, LISTED_TO_TRAIN]) {
    const own = infos.filter((info) => fractionsOf(info, official) === fractions);
    if (own.length === 0) continue;
    const rows = own.map((info) => ({ group: groups.get(info.id), stratum: stratumOf(info) }));
    const dealt = dealOrKeep(rows, fractions, seed);
    for (const part of PARTS) for (const i of dealt[part]) parts.set(own[i].id, part);
  }
  for (const info of infos) {
    const part = fractionsOf(info, official);
    if (typeof part === 'string') parts.set(info.id, part);
  }
  return parts;
}

/** What is not tested, in the same proportion of training to validation. */
const withoutTest = ({ train, validation }: Fractions): Fractions => ({
  train: train / (train + validation),
  validation: validation / (train + validation),
  test: 0,
});

/** As `deal`, but the test is one of `folds`, and a part of the rest validates. */
function dealFold(
  infos: readonly ImageInfo[],
  groups: ReadonlyMap<string, string>,
  { seed, folds, fold }: { readonly seed: number; readonly folds: number; readonly fold: number },
): Map<string, Part> {
  const rows = infos.map((info) => ({ group: groups.get(info.id), stratum: stratumOf(info) }));
  const { train: rest, test } = kFold(rows, folds, { seed })[fold];
  const parts = new Map<string, Part>(test.map((i) => [infos[i].id, 'test']));
  for (const [isMasked, fractions] of [
    [true, MASKED],
    [false, UNMASKED],
  ] as const) {
    const own = rest.filter((i) => infos[i].mask === isMasked);
    if (own.length === 0) continue;
    const dealt = dealOrKeep(
      own.map((i) => rows[i]),
      withoutTest(fractions),
      seed,
    );
    for (const part of PARTS) for (const i of dealt[part]) parts.set(infos[own[i]].id, part);
  }
  return parts;
}

export interface SplitOptions {
  readonly data: string;
  readonly seed: number;
  /** Images of the manifest that cannot be used, with the reason. */
  readonly unreadable?: ReadonlyMap<string, string>;
  /** Ids of images that show the same. */
  readonly duplicates: readonly (readonly string[])[];
  /** COVID-CT's official lists other than that for training: halved for validation and test, or all of them the test. */
  readonly official?: 'halved' | 'test';
  readonly fold?: { readonly folds: number; readonly fold: number };
}

/**
 * Deals the images to parts: by patient and group of near-duplicates, the proportions of Table 1, seeded. Where a
 * manifest names three parts, or a set's official lists keep patients apart, these hold. An image of which a group mate
 * scores the models is left out rather than trained on.
 */
export function splitImages(
  all: readonly ImageInfo[],
  { data, seed, unreadable = new Map(), duplicates, fold, official }: SplitOptions,
): SplitRecord {
  const excluded: { id: string; reason: string }[] = [];
  const infos = all.filter((info) => {
    const reason = unreadable.get(info.id) ?? reasonToExclude(info);
    if (reason !== undefined) excluded.push({ id: info.id, reason });
    return reason === undefined;
  });
  const groups = groupImages(infos, duplicates);
  const parts =
    fold === undefined ? deal(infos, groups, { seed, official }) : dealFold(infos, groups, { seed, ...fold });

  const lastPart = new Map<string, Part>();
  for (const part of PARTS) {
    for (const { id } of infos) if (parts.get(id) === part) lastPart.set(groups.get(id) as string, part);
  }
  for (const { id } of infos) {
    const last = lastPart.get(groups.get(id) as string);
    if (parts.get(id) === undefined) excluded.push({ id, reason: 'the manifest names no part for it' });
    else if (parts.get(id) !== last) {
      excluded.push({ id, reason: `an image of its patient, or one that looks the same, is in the ${last} part` });
      parts.delete(id);
    }
  }

  const used = infos.filter(({ id }) => parts.has(id));
  const idsOf = (part: Part): string[] => used.filter(({ id }) => parts.get(id) === part).map(({ id }) => id);
  const members = new Map<string, string[]>();
  for (const { id } of used) {
    const group = groups.get(id) as string;
    members.set(group, [...(members.get(group) ?? []), id]);
  }
  return {
    data,
    seed,
    train: idsOf('train'),
    validation: idsOf('validation'),
    test: idsOf('test'),
    groups: [...members.values()].filter((ids) => ids.length > 1),
    excluded,
    counts: countParts(used, parts),
  };
}

function countParts(used: readonly ImageInfo[], parts: ReadonlyMap<string, Part>): SplitRecord['counts'] {
  const sources = [...new Set(used.map(({ source }) => source))].sort();
  return PARTS.flatMap((part) =>
    sources.map((source) => {
      const own = used.filter((info) => info.source === source && parts.get(info.id) === part);
      const count = (test: (info: ImageInfo) => boolean): number => own.filter(test).length;
      return {
        part,
        source,
        images: own.length,
        covid: count(({ covid }) => covid === 1),
        notCovid: count(({ covid }) => covid === 0),
        masks: count(({ mask }) => mask),
      };
    }),
  );
}
