import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readMask } from 'tfjs-multitask/node';
import { FolderInUse, lockFolder } from '../runs/lock';
import { type Chunk, partFile } from './chunks';
import { createCsv } from './csv-file';
import { type ImageList, readCsv } from './list-images';
import { type PredictOptions, partFolder } from './options';
import { type FolderResult, headerOf } from './predict-folder';
import { createScorer } from './scores';

type JoinOptions = Pick<PredictOptions, 'data' | 'out' | 'onError'>;

/** The parts' rows without those of the list: what was predicted for each image, in the order of the list. */
async function* addedCells(out: string, chunks: readonly Chunk[], columns: number): AsyncGenerator<string[]> {
  for (const chunk of chunks) {
    for await (const { cells } of readCsv(partFile(out, chunk))) yield cells.slice(columns);
  }
}

async function join(
  list: ImageList,
  { data, out, onError }: JoinOptions,
  chunks: readonly Chunk[],
): Promise<FolderResult> {
  const csv = await createCsv(out);
  const scorer = createScorer();
  let failed = 0;
  try {
    await csv.write([headerOf(list, onError)]);
    for (const chunk of chunks) await csv.append(await readFile(partFile(out, chunk)));
    const added = addedCells(out, chunks, list.columns.length);
    for await (const { image, label, mask } of list.rows()) {
      const [probability, predicted, error = ''] = (await added.next()).value as string[];
      if (error !== '') failed++;
      if (probability !== '' && label !== undefined) await scorer.addClass(label, Number(probability));
      if (predicted === '' || mask === undefined || error !== '') continue;
      const truth = await readMask(mask, { image, root: data });
      const { label: found } = await readMask(predicted, { root: dirname(out) });
      await scorer.addMask(truth.label, found);
    }
  } catch (error) {
    await csv.discard();
    throw error;
  }
  await csv.finish();
  return { images: list.total, failed, scores: scorer.scores() };
}

/**
 * Writes the CSV file once all parts are there and removes them; undefined where another process does that, or has done it.
 */
export async function joinParts(
  list: ImageList,
  options: JoinOptions,
  chunks: readonly Chunk[],
): Promise<FolderResult | undefined> {
  const folder = partFolder(options.out);
  try {
    const unlock = await lockFolder(folder);
    try {
      const result = await join(list, options, chunks);
      await rm(folder, { recursive: true, force: true });
      return result;
    } finally {
      await unlock();
    }
  } catch (error) {
    if (error instanceof FolderInUse || !existsSync(folder)) return undefined;
    throw error;
  }
}
