import { resolve } from 'node:path';
import type { Row } from '../types';
import { readTable } from './read-table';
import { resolveInside } from './resolve-inside';

export type ManifestTask = 'reconstruction' | 'segmentation' | 'classification';

/** The names of the columns. */
export interface ManifestColumns {
  /** The image, a path relative to the directory. Default: `'image'`. */
  readonly image?: string;
  /** Its mask, a path; blank: unknown. Default: `'mask'`, needed for segmentation. */
  readonly mask?: string;
  /** The class, 1 or 0; blank: unknown. Default: `'covid'`, needed for classification. */
  readonly label?: string;
  /** Where the image comes from: part of its stratum. Default: `'source'` where the manifest has it. */
  readonly source?: string;
  /** The patient, whose images stay on one side of a split; blank: alone. Default: none. */
  readonly group?: string;
}

/** What the manifest says about one image. */
export interface ManifestEntry {
  readonly image: string;
  /** A path, where there is a mask. */
  readonly mask: string | undefined;
  /** Without a mask: known to have nothing to mark. */
  readonly emptyMask: boolean;
  readonly label: 0 | 1 | undefined;
}

export interface Manifest<T extends ManifestTask> {
  readonly entries: readonly ManifestEntry[];
  readonly rows: readonly Row<T>[];
  readonly records: readonly Readonly<Record<string, string>>[];
}

export interface ReadManifestOptions<T extends ManifestTask> {
  readonly columns: ManifestColumns;
  readonly tasks: readonly T[];
  readonly negativesAreEmpty: boolean;
  /** Looks whether the files are there. */
  readonly checkFiles: boolean;
}

const SHOWN = 5;

function quote(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

async function findFiles(file: string, directory: string, paths: readonly (readonly [string, number])[]) {
  const missing: string[] = [];
  for (const [path, line] of paths) {
    await resolveInside(directory, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw new Error(`${file}, line ${line}: ${error.message}`, { cause: error });
      missing.push(`${path} (line ${line})`);
    });
  }
  if (missing.length > 0) {
    throw new Error(
      `${file}: ${missing.length} of its ${paths.length} files are missing in ${directory}: ` +
        `${missing.slice(0, SHOWN).join(', ')}${missing.length > SHOWN ? ', ...' : ''}`,
    );
  }
}

/** Reads and checks a manifest. */
export async function readManifest<T extends ManifestTask>(
  directory: string,
  manifest: string,
  { columns, tasks, negativesAreEmpty, checkFiles }: ReadManifestOptions<T>,
): Promise<Manifest<T>> {
  const file = resolve(directory, manifest);
  const table = await readTable(file);
  const { image = 'image', mask = 'mask', label = 'covid', group } = columns;
  const source = columns.source ?? (table.columns.includes('source') ? 'source' : undefined);
  const masks = tasks.includes('segmentation' as T);
  const labels = tasks.includes('classification' as T) || negativesAreEmpty;
  const needed = [image, masks && mask, labels && label, source, group].filter((name) => typeof name === 'string');
  const missing = needed.filter((name) => !table.columns.includes(name));
  if (missing.length > 0) {
    throw new Error(`${file}: expected the columns ${quote(needed)}, found ${quote(table.columns) || 'no columns'}.`);
  }
  if (table.records.length === 0) throw new Error(`${file}: expected a row for each image, found the header alone.`);

  const seen = new Map<string, number>();
  const entries = table.records.map((record, i): ManifestEntry => {
    const where = `${file}, line ${table.lines[i]}: column`;
    const path = record[image];
    if (path === '') throw new Error(`${where} '${image}': expected a path, found a blank.`);
    const first = seen.get(path);
    if (first !== undefined) throw new Error(`${where} '${image}': ${path} stands on line ${first} already.`);
    seen.set(path, table.lines[i]);
    const known = labels && record[label] !== '' ? Number(record[label]) : undefined;
    if (known !== undefined && known !== 0 && known !== 1) {
      throw new Error(`${where} '${label}': expected 0, 1 or a blank (unknown), found '${record[label]}'.`);
    }
    const maskPath = masks && record[mask] !== '' ? record[mask] : undefined;
    return { image: path, mask: maskPath, emptyMask: negativesAreEmpty && known === 0, label: known };
  });
  if (checkFiles) {
    const paths = entries.flatMap((entry, i) =>
      [entry.image, entry.mask].flatMap((path) => (path === undefined ? [] : [[path, table.lines[i]] as const])),
    );
    await findFiles(file, directory, paths);
  }

  const rows = entries.map((entry, i): Row<T> => {
    const record = table.records[i];
    const has: Record<ManifestTask, boolean> = {
      reconstruction: true,
      segmentation: entry.mask !== undefined || entry.emptyMask,
      classification: entry.label !== undefined,
    };
    const stratum = [
      ...(labels ? [`${label} ${entry.label ?? 'unknown'}`] : []),
      ...(source === undefined ? [] : [`${source} ${record[source]}`]),
      ...(masks ? [has.segmentation ? 'mask known' : 'mask unknown'] : []),
    ];
    return {
      id: entry.image,
      tasks: tasks.filter((task) => has[task]),
      ...(group !== undefined && record[group] !== '' ? { group: record[group] } : {}),
      stratum: stratum.join(', '),
    };
  });
  return { entries, rows, records: table.records };
}
