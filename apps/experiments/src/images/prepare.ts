import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearDuplicates } from 'tfjs-multitask/data';
import { writeJson } from 'tfjs-multitask/node';
import type { SplitRecord } from '../records';
import type { Images } from './images';
import { type SplitOptions, splitImages } from './split';

export interface PrepareOptions {
  readonly out: string;
  readonly onError: 'fail' | 'skip';
  readonly splitSeed: number;
  readonly folds?: number;
  readonly official?: SplitOptions['official'];
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

/** The splits of these files; undefined unless all are there. */
async function readSplits(files: readonly string[]): Promise<PreparedSplit[] | undefined> {
  const splits: PreparedSplit[] = [];
  for (const file of files) {
    try {
      const text = await readFile(file, 'utf8');
      const sha256 = createHash('sha256').update(text).digest('hex');
      splits.push({ file, sha256, split: JSON.parse(text) as SplitRecord });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
    }
  }
  return splits;
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

/**
 * Splits the images, once; a folder keeps the split that it has. Returns one split, or one for each fold. `check` sees each
 * of them before any is written, so that a split that it refuses leaves nothing behind.
 */
export async function prepareSplits(
  images: Images,
  { out, onError, splitSeed, folds, official }: PrepareOptions,
  check: (split: SplitRecord, file: string) => void,
): Promise<PreparedSplit[]> {
  const files = Array.from({ length: folds ?? 1 }, (_, fold) =>
    join(out, folds === undefined ? 'split.json' : `split-${folds}-folds-${fold}.json`),
  );
  const known = await readSplits(files);
  if (known !== undefined) {
    for (const one of known) {
      checkKnown(one, images, splitSeed);
      check(one.split, one.file);
    }
    return known;
  }
  const unreadable = await findUnreadable(images);
  if (unreadable.size > 0 && onError === 'fail') {
    const shown = [...unreadable.values()].slice(0, SHOWN);
    if (unreadable.size > SHOWN) shown.push('...');
    throw new Error(
      `${unreadable.size} of ${images.infos.length} images cannot be read; --on-error skip leaves them out:\n  ` +
        shown.join('\n  '),
    );
  }
  const readable = images.infos.flatMap(({ id }, i) => (unreadable.has(id) ? [] : [i]));
  if (readable.length === 0) throw new Error(`${images.name}: none of the ${unreadable.size} images can be read.`);
  const alike = await nearDuplicates(images.dataset, { indices: readable });
  const duplicates = alike.map((group) => group.map((i) => images.infos[i].id));
  const shared = { data: images.name, seed: splitSeed, unreadable, duplicates, official };
  const made = files.map((_, fold) =>
    splitImages(images.infos, { ...shared, fold: folds === undefined ? undefined : { folds, fold } }),
  );
  for (const [i, split] of made.entries()) check(split, files[i]);
  for (const [i, split] of made.entries()) await writeJson(files[i], split);
  return (await readSplits(files)) as PreparedSplit[];
}
