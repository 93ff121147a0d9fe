import { type Chunk, partFile, rowsOf } from './chunks';
import type { ImageRows } from './list-images';
import type { PredictOptions } from './options';
import { type PredictFolderOptions, predictFolder } from './predict-folder';
import type { Predictor } from './predictor';

/** Predicts the images of a chunk; its masks are then where they belong, and its rows in a file of their own. */
export async function predictChunk(
  predictor: Predictor,
  list: ImageRows,
  options: Pick<PredictOptions, 'data' | 'out' | 'threshold' | 'batch' | 'onError'>,
  chunk: Chunk,
  { signal, onProgress }: Omit<PredictFolderOptions, 'part'> = {},
): Promise<void> {
  const rows = await rowsOf(list, options.data, chunk);
  await predictFolder(predictor, rows, options, { signal, onProgress, part: partFile(options.out, chunk) });
}
