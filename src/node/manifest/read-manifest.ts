import { resolve } from 'node:path';
import { findColumns, type ManifestColumns, type ManifestTask, type UsedColumns } from './manifest-columns';
import { type CsvTable, readTable } from './read-table';

/** What the manifest says about one image. */
export interface ManifestEntry {
  readonly image: string;
  /** A path, where there is a mask. */
  readonly mask: string | undefined;
  /** Without a mask file: whether it is known to have nothing to mark. */
  readonly emptyMask: boolean;
  readonly label: 0 | 1 | undefined;
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

/** @throws Error that names file and line for a blank image and an invalid label. */
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
    const text = columns.label === undefined ? '' : record[columns.label];
    const label = text === '' ? undefined : Number(text);
    if (label !== undefined && label !== 0 && label !== 1) {
      throw new Error(`${where} '${columns.label}': expected 0, 1 or a blank (unknown), found '${text}'.`);
    }
    const mask = (columns.mask !== undefined && record[columns.mask]) || undefined;
    return { image, mask, emptyMask: negativesAreEmpty && label === 0, label, line, record };
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
