import { existsSync } from 'node:fs';
import { itemsOf } from '../shards/shard';
import { chunksOf, missingChunks, openParts, type PartSettings } from './chunks';
import { joinParts } from './join-parts';
import type { ImageList } from './list-images';
import { type PredictOptions, partFolder } from './options';
import { predictChunk } from './predict-chunk';
import type { FolderResult } from './predict-folder';
import type { Predictor } from './predictor';
import { showProgress } from './progress';

interface Ready extends Pick<PartSettings, 'model' | 'backend'> {
  readonly predictor: Predictor;
  readonly list: ImageList;
}

/** Predicts the chunks of one shard that are missing; the result where all chunks of all shards are there then. */
export async function predictShard(
  { predictor, list, model, backend }: Ready,
  options: PredictOptions & Required<Pick<PredictOptions, 'shard'>>,
  signal: AbortSignal,
): Promise<FolderResult | undefined> {
  const { shard, out, threshold, flips, batch, onError } = options;
  const chunks = await chunksOf(list, options);
  await openParts(out, { model, backend, threshold, flips, batch, onError }, chunks);
  const own = itemsOf(chunks, shard, ({ from, to }) => to - from);
  const images = own.reduce((sum, { from, to }) => sum + to - from, 0);
  console.log(`Shard ${shard.index} of ${shard.count}: ${images} images.`);
  const show = showProgress(images);
  let done = images;
  const missing = await missingChunks(out, own);
  for (const { from, to } of missing) done -= to - from;
  for (const chunk of missing) {
    const before = done;
    const onProgress = (count: number): void => show(before + count);
    await predictChunk(predictor, list, options, chunk, { signal, onProgress });
    done += chunk.to - chunk.from;
  }
  const left = existsSync(partFolder(out)) ? await missingChunks(out, chunks) : [];
  if (left.length > 0) {
    console.log(
      `${left.length} of ${chunks.length} parts are still missing in ${partFolder(out)}; whoever completes them writes ${out}.`,
    );
    return undefined;
  }
  const result = await joinParts(list, options, chunks);
  if (result === undefined) console.log(`All parts are there; another process joins them to ${out}.`);
  return result;
}
