import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearDuplicates } from 'tfjs-multitask/data';
import { writeJson } from '../support/write-json';
import type { ImageInfo, Images } from './images';
import type { SplitRecord } from './records';
import { splitImages } from './split';

export interface PrepareOptions {
  readonly out: string;
  readonly onError: 'fail' | 'skip';
  readonly splitSeed: number;
  readonly folds?: number;
}

/** A split and where it lies. */
export interface PreparedSplit {
  readonly file: string;
  readonly sha256: string;
  readonly split: SplitRecord;
}

const SHOWN = 5;

async function findUnreadable({ dataset, infos }: Images): Promise<Map<string, string>> {
  const unreadable = new Map<string, string>();
  for (const [i, { id }] of infos.entries()) {
    await dataset.read(i).catch((error: Error) => unreadable.set(id, error.message));
  }
  return unreadable;
}

async function readSplit(file: string): Promise<PreparedSplit | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { file, sha256, split: JSON.parse(text) as SplitRecord };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Throws unless a split of before is one of these images. */
function checkKnown({ file, split }: PreparedSplit, images: Images, seed: number): void {
  const wrong = (what: string): Error =>
    new Error(`${file}: ${what}. Choose another --out for another experiment, or remove the folder.`);
  if (split.data !== images.name) throw wrong(`the folder holds an experiment on ${split.data}, not on ${images.name}`);
  if (split.seed !== seed) throw wrong(`the folder has --split-seed ${split.seed}, got ${seed}`);
  const known = new Set(images.infos.map(({ id }) => id));
  const named = [...split.train, ...split.validation, ...split.test, ...split.excluded.map(({ id }) => id)];
  const gone = named.filter((id) => !known.has(id));
  if (gone.length > 0 || named.length !== known.size) {
    const what = gone.length > 0 ? `${gone.length} of its images are gone, as ${gone[0]}` : 'there are new images';
    throw wrong(`the data have changed since: ${what}`);
  }
}

/** Throws where a part lacks what the runs need; says what follows from what is rare. */
export function checkSplit(
  { split, file }: PreparedSplit,
  infos: readonly ImageInfo[],
  needs: { readonly masks: boolean; readonly classes: boolean; readonly source?: string },
): string[] {
  for (const part of ['train', 'validation', 'test'] as const) {
    const own = split.counts.filter((count) => count.part === part);
    const sum = (key: 'masks' | 'covid' | 'notCovid', source?: string): number =>
      own.reduce((total, count) => total + (source === undefined || count.source === source ? count[key] : 0), 0);
    const lack = (what: string): Error =>
      new Error(
        `${file}: the ${part} part has no image ${what}, which the runs need. ` +
          'Add such images, try another --split-seed, or name studies that do without (--only).',
      );
    if (needs.masks && sum('masks') === 0) throw lack('with a mask');
    if (needs.classes && sum('covid') === 0) throw lack('with COVID-19');
    if (needs.classes && sum('notCovid') === 0) throw lack('without COVID-19');
    if (needs.source !== undefined && sum('covid', needs.source) === 0) throw lack(`with COVID-19 of ${needs.source}`);
    if (needs.source !== undefined && sum('notCovid', needs.source) === 0)
      throw lack(`without COVID-19 of ${needs.source}`);
  }
  const sources = [...new Set(infos.map(({ source }) => source))];
  return sources.flatMap((source) => {
    const missing = (['train', 'validation', 'test'] as const).filter(
      (part) => !split.counts.some((count) => count.part === part && count.source === source && count.images > 0),
    );
    return missing.length === 0
      ? []
      : [
          `Source ${source} has no image in ${missing.join(' and ')}: too few, or too few patients. Scores say nothing of it there.`,
        ];
  });
}

/** Splits the images, once; a folder keeps the split that it has. Gives one split, or one for each fold. */
export async function prepareSplits(
  images: Images,
  { out, onError, splitSeed, folds }: PrepareOptions,
): Promise<PreparedSplit[]> {
  const names =
    folds === undefined
      ? ['split.json']
      : Array.from({ length: folds }, (_, fold) => `split-${folds}-folds-${fold}.json`);
  const known = await Promise.all(names.map((name) => readSplit(join(out, name))));
  if (known.every((split) => split !== undefined)) {
    for (const split of known) checkKnown(split, images, splitSeed);
    return known;
  }
  const unreadable = await findUnreadable(images);
  if (unreadable.size > 0 && onError === 'fail') {
    const shown = [...unreadable.values()].slice(0, SHOWN).join('\n  ');
    throw new Error(
      `${unreadable.size} of ${images.infos.length} images cannot be read; --on-error skip leaves them out:\n  ${shown}`,
    );
  }
  const readable = images.infos.flatMap(({ id }, i) => (unreadable.has(id) ? [] : [i]));
  const alike = await nearDuplicates(images.dataset, { indices: readable });
  const duplicates = alike.map((group) => group.map((i) => images.infos[i].id));
  const prepared: PreparedSplit[] = [];
  for (const [fold, name] of names.entries()) {
    const split = splitImages(images.infos, {
      data: images.name,
      seed: splitSeed,
      unreadable,
      duplicates,
      fold: folds === undefined ? undefined : { folds, fold },
    });
    await writeJson(join(out, name), split);
    prepared.push((await readSplit(join(out, name))) as PreparedSplit);
  }
  return prepared;
}
