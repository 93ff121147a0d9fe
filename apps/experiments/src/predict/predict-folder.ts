import type { NDArray } from 'tfjs-multitask';
import { resizeImage } from 'tfjs-multitask/data';
import { readImage, readMask, removeLeftovers, writePng } from 'tfjs-multitask/node';
import { createCsv } from './csv-file';
import { ADDED, type ImageRow, type ImageRows } from './list-images';
import type { PredictOptions } from './options';
import { openOutputs } from './output-files';
import type { Prediction, Predictor } from './predictor';
import { createScorer, type FolderScores } from './scores';

export interface FolderResult {
  readonly images: number;
  /** Of these, how many have an `error`. */
  readonly failed: number;
  readonly scores: FolderScores;
}

type FolderOptions = Pick<PredictOptions, 'data' | 'out' | 'threshold' | 'batch' | 'onError'>;

interface ReadRow {
  readonly row: ImageRow;
  /** At the size of the model. */
  readonly x?: NDArray;
  /** Height and width in the file. */
  readonly size?: readonly [number, number];
  readonly error?: string;
}

/** The next item is under way while the last one is in use, and no more than that. */
async function* oneAhead<V>(items: AsyncGenerator<V>): AsyncGenerator<V> {
  let next = items.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = items.next();
      next.catch(() => undefined); // thrown when it is awaited
      yield value;
    }
  } finally {
    await items.return(undefined);
  }
}

export interface PredictFolderOptions {
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
  /** The file that the rows go to, without a header, where they are a part of `out`. */
  readonly part?: string;
}

/** The first row of the CSV file. */
export const headerOf = ({ columns }: ImageRows, onError: PredictOptions['onError']): string[] => [
  ...columns,
  ...ADDED.filter((name) => name !== 'error' || onError === 'skip'),
];

const binary = (data: NDArray['data'], threshold: number): Uint8Array =>
  Uint8Array.from(data, (value) => (value > threshold ? 1 : 0));

/**
 * Predicts all images of a list and writes the CSV file and the masks. It holds two batches at the size of the model,
 * one image at its own size and, of labelled images, two numbers each; how many images there are does not matter.
 *
 * @throws Error for an image that cannot be read, unless it is to be skipped, where something that is read would be
 * replaced, and where `signal` ends it: no CSV file is written then.
 */
export async function predictFolder(
  predictor: Predictor,
  list: ImageRows,
  { data, out, threshold, batch, onError }: FolderOptions,
  { onProgress, signal, part }: PredictFolderOptions = {},
): Promise<FolderResult> {
  const outputs = await openOutputs({ data, out });
  const skipped = onError === 'skip';
  const scorer = createScorer();
  let images = 0;
  let failed = 0;

  /** Returns the reason where a failure is to be listed, and throws it where not. */
  const failure = (error: unknown): string => {
    if (skipped) return (error as Error).message;
    throw new Error(`${(error as Error).message} (--on-error skip lists such images and goes on.)`, { cause: error });
  };

  const readRow = async (row: ImageRow): Promise<ReadRow> => {
    await outputs.check(row);
    try {
      const image = await readImage(row.image, { channels: predictor.channels, root: data });
      const [height, width] = image.shape;
      return { row, x: resizeImage(image, predictor.size), size: [height, width] };
    } catch (error) {
      return { row, error: failure(error) };
    }
  };

  async function* batches(): AsyncGenerator<ReadRow[]> {
    let rows: ReadRow[] = [];
    for await (const row of list.rows()) {
      rows.push(await readRow(row));
      if (rows.length < batch) continue;
      yield rows;
      rows = [];
    }
    if (rows.length > 0) yield rows;
  }

  /** The cells of one row; its mask is written on the way. */
  const writeRow = async ({ row, size, error }: ReadRow, prediction: Prediction | undefined): Promise<string[]> => {
    const { probability, lesion } = prediction ?? {};
    let [path, reason] = ['', error ?? ''];
    if (probability !== undefined && row.label !== undefined) await scorer.addClass(row.label, probability);
    if (lesion !== undefined && size !== undefined) {
      const { data: values, shape } = resizeImage(lesion, size);
      const mask: NDArray = { data: binary(values, threshold), shape };
      const { file, shown } = await outputs.maskOf(row.image);
      await writePng(file, { data: (mask.data as Uint8Array).map((value) => 255 * value), shape });
      path = shown;
      if (row.mask !== undefined) {
        try {
          const { label } = await readMask(row.mask, { image: row.image, root: data });
          await scorer.addMask(label, mask);
        } catch (problem) {
          reason = failure(problem);
        }
      }
    }
    if (reason !== '') failed++;
    const shown = probability === undefined ? '' : String(Number(probability.toPrecision(9)));
    return [...row.cells, shown, path, ...(skipped ? [reason] : [])];
  };

  await removeLeftovers(outputs.masks, { recursive: true });
  const csv = await createCsv(part ?? out);
  try {
    if (part === undefined) await csv.write([headerOf(list, onError)]);
    for await (const rows of oneAhead(batches())) {
      signal?.throwIfAborted();
      const read = rows.filter(({ x }) => x !== undefined);
      const predictions = read.length > 0 ? await predictor.predict(read.map(({ x }) => x as NDArray)) : [];
      const cells: string[][] = [];
      for (const row of rows) cells.push(await writeRow(row, predictions[read.indexOf(row)]));
      await csv.write(cells);
      images += rows.length;
      onProgress?.(images);
    }
  } catch (error) {
    await csv.discard();
    throw error;
  }
  await csv.finish();
  return { images, failed, scores: scorer.scores() };
}
