import type { Row } from '../../types';
import type { ManifestTask, UsedColumns } from './manifest-columns';
import type { Manifest, ManifestEntry } from './read-manifest';

function hasLabel(entry: ManifestEntry, task: ManifestTask): boolean {
  if (task === 'segmentation') return entry.mask !== undefined || entry.emptyMask;
  return task === 'reconstruction' || entry.label !== undefined;
}

/** The class, the source and whether the mask is known, as far as there are such columns. */
function stratumOf(entry: ManifestEntry, { label, source, mask }: UsedColumns): string {
  const parts = [
    label !== undefined && `${label} ${entry.label ?? 'unknown'}`,
    source !== undefined && `${source} ${entry.record[source]}`,
    mask !== undefined && (hasLabel(entry, 'segmentation') ? 'mask known' : 'mask unknown'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}

/** What splits and batches need to know of each image. */
export function manifestRows<T extends ManifestTask>({ entries, columns }: Manifest, tasks: readonly T[]): Row<T>[] {
  const { group } = columns;
  return entries.map((entry) => ({
    id: entry.id,
    tasks: tasks.filter((task) => hasLabel(entry, task)),
    ...(group !== undefined && entry.record[group] !== '' ? { group: entry.record[group] } : {}),
    stratum: stratumOf(entry, columns),
  }));
}
