export type ManifestTask = 'reconstruction' | 'segmentation' | 'classification';

/** The names of the columns. */
export interface ManifestColumns {
  /** The image, a path relative to the directory. Default: `'image'`. */
  readonly image?: string | undefined;
  /** Its mask, a path; blank: unknown. Default: `'mask'`, needed for segmentation. */
  readonly mask?: string | undefined;
  /** The page of a TIFF stack, of image and mask alike, counted from 0; blank: a file of one page. Default: none. */
  readonly page?: string | undefined;
  /** The class, 1 or 0; blank: unknown. Default: `'covid'`, needed for classification. */
  readonly label?: string | undefined;
  /** Where the image comes from: part of its stratum. Default: `'source'` where the manifest has it. */
  readonly source?: string | undefined;
  /** The patient, whose images stay on one side of a split; blank: alone. Default: none. */
  readonly group?: string | undefined;
}

/** The columns that are read; undefined for what is not asked for. */
export interface UsedColumns {
  readonly image: string;
  readonly mask: string | undefined;
  readonly page: string | undefined;
  readonly label: string | undefined;
  readonly source: string | undefined;
  readonly group: string | undefined;
}

const quote = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** @throws Error that names `file` where it lacks one of them. */
export function findColumns(
  file: string,
  present: readonly string[],
  { image = 'image', mask = 'mask', page, label = 'covid', source, group }: ManifestColumns,
  { masks, labels }: { readonly masks: boolean; readonly labels: boolean },
): UsedColumns {
  const used = {
    image,
    mask: masks ? mask : undefined,
    page,
    label: labels ? label : undefined,
    source: source ?? (present.includes('source') ? 'source' : undefined),
    group,
  };
  const needed = Object.values(used).filter((name) => name !== undefined);
  if (needed.some((name) => !present.includes(name))) {
    throw new Error(`${file}: expected the columns ${quote(needed)}, found ${quote(present) || 'no columns'}.`);
  }
  return used;
}
