import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { parse } from 'csv-parse';
import { identityOf, isInside, realTarget } from './real-path';

/** One image of the folder and what the manifest says of it. */
export interface ImageRow {
  /** Its path, relative to the folder. */
  readonly image: string;
  /** That of its true mask, where there is one. */
  readonly mask: string | undefined;
  readonly label: 0 | 1 | undefined;
  /** The manifest's row, one for each of its columns. */
  readonly cells: readonly string[];
  /** Of the manifest. */
  readonly line?: number;
}

/** The images of a folder, read anew, one row at a time, whenever `rows` is called. */
export interface ImageRows {
  readonly columns: readonly string[];
  rows(): AsyncGenerator<ImageRow>;
}

/** Images that were counted and checked. */
export interface ImageList extends ImageRows {
  /** How many there are. */
  readonly total: number;
}

/** Columns that are added to those of the manifest. */
export const ADDED = ['probability', 'predicted_mask', 'error'] as const;

const IMAGE = /\.(png|jpe?g|tiff?)$/i;

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function checkColumns(file: string, columns: readonly string[]): void {
  const quoted = columns.map((name) => `'${name}'`).join(', ') || 'no columns';
  if (!columns.includes('image')) throw new Error(`${file}: expected a column 'image', found ${quoted}.`);
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`${file}: expected columns of different names, found '${twice}' twice.`);
  const taken = ADDED.find((name) => columns.includes(name));
  if (taken !== undefined) throw new Error(`${file}: the column '${taken}' is one that predicting adds; rename it.`);
}

/** The header first, then the rows, as they are read from the disk. */
export async function* readCsv(file: string): AsyncGenerator<{ cells: string[]; line: number }> {
  const parser = parse({ bom: true, info: true, trim: true, skip_empty_lines: true });
  const input = createReadStream(file);
  input.on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const { record, info } of parser) yield { cells: record, line: info.lines };
  } catch (error) {
    throw new Error(`${file}: expected a CSV file: ${(error as Error).message}.`, { cause: error });
  } finally {
    input.destroy();
  }
}

async function* manifestRows(file: string): AsyncGenerator<ImageRow> {
  let columns: readonly string[] | undefined;
  for await (const { cells, line } of readCsv(file)) {
    if (columns === undefined) {
      columns = cells;
      continue;
    }
    const cell = (name: string) => (cells[columns!.indexOf(name)] ?? '').trim();
    const [image, covid] = [cell('image'), cell('covid')];
    if (image === '') throw new Error(`${file}, line ${line}: column 'image': expected a path, found a blank.`);
    if (covid !== '' && !/^[01](\.0+)?$/.test(covid)) {
      throw new Error(`${file}, line ${line}: column 'covid': expected 0, 1 or a blank (unknown), found '${covid}'.`);
    }
    const label = covid === '' ? undefined : (Number(covid) as 0 | 1);
    yield { image, mask: cell('mask') || undefined, label, cells, line };
  }
}

/** Depth first, in the order of names: a folder's names are all that is held. */
async function* filesBelow(directory: string, below = ''): AsyncGenerator<ImageRow> {
  const entries = await readdir(join(directory, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const image = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(directory, image);
    else if (IMAGE.test(entry.name)) yield { image, mask: undefined, label: undefined, cells: [image] };
  }
}

async function count(rows: AsyncIterable<ImageRow>): Promise<number> {
  let total = 0;
  for await (const _ of rows) total++;
  return total;
}

/** Counts the rows of a manifest; throws for an image that it has twice, under whatever names. */
async function countDistinct(file: string, directory: string, rows: AsyncIterable<ImageRow>): Promise<number> {
  const lines = new Map<string, number | undefined>();
  for await (const { image, line } of rows) {
    const identity = (await identityOf(join(directory, image))) ?? normalize(image);
    if (lines.has(identity)) {
      throw new Error(`${file}, line ${line}: column 'image': ${image} is on line ${lines.get(identity)} already.`);
    }
    lines.set(identity, line);
  }
  return lines.size;
}

/**
 * Opens a folder of images: those that its `manifest.csv` names or, without one, every image file below it.
 *
 * @throws Error that names what is wrong with the folder or the manifest's columns.
 */
export async function openImageRows(directory: string): Promise<ImageRows & { readonly manifest: string | null }> {
  if (!(await isThere(directory))) throw new Error(`--data: there is no folder ${directory}.`);
  const manifest = join(directory, 'manifest.csv');
  if (!(await isThere(manifest))) return { columns: ['image'], rows: () => filesBelow(directory), manifest: null };
  const lines = readCsv(manifest);
  const header = await lines.next();
  await lines.return(undefined);
  const columns = header.done ? [] : header.value.cells;
  checkColumns(manifest, columns);
  return { columns, rows: () => manifestRows(manifest), manifest };
}

/**
 * Lists the images of a folder. The rows are counted and checked once before anything is predicted, and never held together:
 * of each image of a manifest stays the number by which the file system knows it.
 *
 * @throws Error that names file, line, found and expected; for an image named twice; where there is no image; where `out` would put its masks
 * among the images of a folder without a manifest.
 */
export async function listImages(directory: string, out: string): Promise<ImageList> {
  const { manifest, columns, rows } = await openImageRows(directory);
  if (manifest !== null) {
    const total = await countDistinct(manifest, directory, rows());
    if (total === 0) throw new Error(`${manifest}: expected a row for each image, found the header alone.`);
    return { columns, total, rows };
  }
  if (isInside(await realTarget(directory), await realTarget(out))) {
    throw new Error(
      `--out must lie outside of ${directory}, which has no manifest.csv: masks would be taken for images.`,
    );
  }
  const total = await count(rows());
  if (total === 0)
    throw new Error(`${directory}: expected a manifest.csv or image files (PNG, JPEG, TIFF), found none.`);
  return { columns, total, rows };
}
