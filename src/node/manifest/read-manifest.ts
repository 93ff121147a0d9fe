import { resolve } from 'node:path';
import { findColumns, type ManifestColumns, type ManifestTask, type UsedColumns } from './manifest-columns';
import { type CsvTable, readTable } from './read-table';

/** What the manifest says about one image. */
export interface ManifestEntry {
  /** The image, and its page where it has one. */
  readonly id: string;
  readonly image: string;
  /** Of a TIFF stack. */
  readonly page: number | undefined;
  /** A path, where there is a mask. */
  readonly mask: string | undefined;
  /** Without a mask file: whether it is known to have nothing to mark. */
  readonly emptyMask: boolean;
  readonly label: number | undefined;
  /** Its line in the file. */
  readonly line: number;
  /** All columns as text. */
  readonly record: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly file: string;
  readonly columns: UsedColumns;
  readonly entries: readonly ManifestEntry[];
}

export interface ReadManifestOptions {
  readonly columns: ManifestColumns;
  readonly tasks: readonly ManifestTask[];
  readonly negativesAreEmpty: boolean;
}

/** 0 or 1, with decimals of 0 as spreadsheets add them; not all that `Number` takes for one, such as '0x1' or ' '. */
const LABEL = /^[01](\.0+)?$/;
const PAGE = /^\d+$/;

/** The number in a cell; undefined where it is blank or there is no such column. */
function parseCell(
  record: Readonly<Record<string, string>>,
  column: string | undefined,
  form: RegExp,
  expected: string,
): number | undefined {
  const text = column === undefined ? '' : record[column];
  if (text === '') return undefined;
  if (!form.test(text)) throw new Error(`${expected}, found '${text}'.`);
  return Number(text);
}

/** @throws Error that names file and line for a blank image and an invalid page or label. */
function parseEntries(
  file: string,
  table: CsvTable,
  columns: UsedColumns,
  negativesAreEmpty: boolean,
): ManifestEntry[] {
  return table.records.map((record, i) => {
    const line = table.lines[i];
    const where = `${file}, line ${line}: column`;
    const image = record[columns.image];
    if (image === '') throw new Error(`${where} '${columns.image}': expected a path, found a blank.`);
    const page = parseCell(
      record,
      columns.page,
      PAGE,
      `${where} '${columns.page}': expected the number of a page, from 0 on, or a blank`,
    );
    const id = page === undefined ? image : `${image} page ${page}`;
    const label = parseCell(
      record,
      columns.label,
      LABEL,
      `${where} '${columns.label}': expected 0, 1 or a blank (unknown)`,
    );
    const mask = (columns.mask !== undefined && record[columns.mask]) || undefined;
    return { id, image, page, mask, emptyMask: negativesAreEmpty && label === 0, label, line, record };
  });
}

/** Reads a manifest and checks all of its text. */
export async function readManifest(
  directory: string,
  manifest: string,
  { columns, tasks, negativesAreEmpty }: ReadManifestOptions,
): Promise<Manifest> {
  const file = resolve(directory, manifest);
  const table = await readTable(file);
  const used = findColumns(file, table.columns, columns, {
    masks: tasks.includes('segmentation'),
    labels: tasks.includes('classification') || negativesAreEmpty,
  });
  if (table.records.length === 0) throw new Error(`${file}: expected a row for each image, found the header alone.`);
  return { file, columns: used, entries: parseEntries(file, table, used, negativesAreEmpty) };
}
