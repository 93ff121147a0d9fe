import { createHash } from 'node:crypto';
import { access, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MultitaskModel } from 'tfjs-multitask';
import { writeJson } from 'tfjs-multitask/node';
import { OtherWork } from '../queue/other-work';
import type { ImageRow, ImageRows } from './list-images';
import { type PredictOptions, partFolder } from './options';

/** Images that one worker predicts together; their rows are a file of their own until all are there. */
export interface Chunk {
  /** Of its images in the list, the first and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** SHA-256 of what the list says of them, and how long their files are. */
  readonly digest: string;
}

/** What the rows of all parts of one CSV file have in common. */
export interface PartSettings extends Pick<PredictOptions, 'threshold' | 'flips' | 'batch' | 'onError'> {
  readonly backend: string;
  /** SHA-256 of the model. */
  readonly model: string;
}

const IMAGES = 256;

async function lengthOf(data: string, { image }: ImageRow): Promise<number> {
  return stat(join(data, image)).then(
    ({ size }) => size,
    () => -1,
  );
}

async function digestOf(data: string, rows: readonly ImageRow[]): Promise<string> {
  const known = await Promise.all(rows.map(async (row) => [...row.cells, await lengthOf(data, row)]));
  return createHash('sha256').update(JSON.stringify(known)).digest('hex');
}

/**
 * Cuts a list of images into chunks of about 256, whole batches each, so that the batches are those of the uncut list. This
 * is the list of work, whoever works on it.
 */
export async function chunksOf(
  list: ImageRows,
  { data, batch }: Pick<PredictOptions, 'data' | 'batch'>,
): Promise<Chunk[]> {
  const size = batch * Math.ceil(IMAGES / batch);
  const chunks: Chunk[] = [];
  let rows: ImageRow[] = [];
  const close = async (): Promise<void> => {
    const from = chunks.at(-1)?.to ?? 0;
    chunks.push({ from, to: from + rows.length, digest: await digestOf(data, rows) });
    rows = [];
  };
  for await (const row of list.rows()) {
    rows.push(row);
    if (rows.length === size) await close();
  }
  if (rows.length > 0) await close();
  return chunks;
}

/**
 * The images of a chunk.
 *
 * @throws Error where they are not those of which the chunk was made.
 */
export async function rowsOf(list: ImageRows, data: string, { from, to, digest }: Chunk): Promise<ImageRows> {
  const own: ImageRow[] = [];
  let i = 0;
  for await (const row of list.rows()) {
    if (i >= to) break;
    if (i++ >= from) own.push(row);
  }
  if ((await digestOf(data, own)) !== digest) {
    throw new OtherWork(
      `${data}: images ${from + 1} to ${to} are not those of which the work was made; use the same data.`,
    );
  }
  return {
    columns: list.columns,
    async *rows() {
      yield* own;
    },
  };
}

/** SHA-256 of a model: of its layers and of the values of its weights. */
export async function digestOfModel({ net }: MultitaskModel<string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(net.layers.map((layer) => layer.getConfig())));
  for (const weight of net.getWeights())
    hash.update(new Uint8Array(((await weight.data()) as Float32Array).slice().buffer));
  return hash.digest('hex');
}

/** The file of a chunk's rows; it is there when the chunk is done. */
export function partFile(out: string, { from, to }: Chunk): string {
  const digits = (n: number): string => String(n).padStart(9, '0');
  return join(partFolder(out), `${digits(from)}-${digits(to)}.csv`);
}

/** The chunks whose rows are not there yet. */
export async function missingChunks(out: string, chunks: readonly Chunk[]): Promise<Chunk[]> {
  const missing: Chunk[] = [];
  for (const chunk of chunks) {
    await access(partFile(out, chunk)).catch(() => missing.push(chunk));
  }
  return missing;
}

/**
 * Opens the folder of the parts of `out`, which says what they are parts of.
 *
 * @throws Error where it holds parts of something else.
 */
export async function openParts(out: string, settings: PartSettings, chunks: readonly Chunk[]): Promise<void> {
  const folder = partFolder(out);
  const file = join(folder, 'parts.json');
  const images = createHash('sha256').update(JSON.stringify(chunks)).digest('hex');
  const now: Record<string, unknown> = { ...settings, images };
  await mkdir(folder, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return writeJson(file, now);
  const before = JSON.parse(text) as Record<string, unknown>;
  const other = Object.keys(now).find((key) => now[key] !== before[key]);
  if (other === undefined) return;
  throw new Error(
    `${folder}: holds parts of another prediction: ${other} was ${before[other]}, and is ${now[other]} now. ` +
      'Repeat what was asked for before, name another --out, or remove the folder.',
  );
}
