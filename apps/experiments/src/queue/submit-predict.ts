import type { BackendName } from 'tfjs-multitask/backends';
import { chunksOf, openParts } from '../predict/chunks';
import { joinParts } from '../predict/join-parts';
import type { ImageList } from '../predict/list-images';
import type { PredictOptions } from '../predict/options';
import type { FolderResult } from '../predict/predict-folder';
import type { Part } from '../predict/predict-part';
import { placeOf } from './connect';
import { codeDigest } from './digests';
import { runByWorkers } from './submit';

/**
 * Has workers predict the images, and writes the CSV file of what they found; undefined where another process writes it.
 *
 * @throws Error where workers failed, or where `signal` ends it: what is done and what is in the queue stays.
 */
export async function predictByWorkers(
  url: URL,
  list: ImageList,
  options: PredictOptions,
  { model: digest, backend }: { readonly model: string; readonly backend: BackendName },
  signal: AbortSignal,
): Promise<FolderResult | undefined> {
  const { model, data, out, threshold, flips, batch, onError } = options;
  const chunks = await chunksOf(list, options);
  await openParts(out, { model: digest, backend, threshold, flips, batch, onError }, chunks);
  console.log(`${chunks.length} parts for the workers at ${placeOf(url)}.`);
  const code = await codeDigest();
  const tasks = chunks.map((chunk) => {
    const part: Part = {
      options: { model, data, out, threshold, flips, batch, onError },
      backend,
      model: digest,
      chunk,
    };
    const id = `images-${chunk.from + 1}-${chunk.to}`;
    return { id, request: { work: 'predict', part, threads: 1 }, code, cost: chunk.to - chunk.from } as const;
  });
  const { failed, stopped } = await runByWorkers(url, tasks, signal, 'parts');
  if (stopped) throw new Error('stopped');
  if (failed.length > 0) {
    const lines = failed.map(({ task, error }) => `  ${task.id}: ${error}`);
    throw new Error(`${failed.length} of ${chunks.length} parts failed; no CSV file was written:\n${lines.join('\n')}`);
  }
  return joinParts(list, options, chunks);
}
