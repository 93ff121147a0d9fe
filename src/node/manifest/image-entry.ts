import type { PartialLabel } from '../../data/map-mask';
import type { Row, SomeTasks } from '../../types';
import type { FileLabel } from './columns/column-reader';

/** What is known of an image before it is read. */
export interface ImageEntry<T extends string> {
  readonly row: Row<T>;
  /** Errors come in this order. */
  readonly order: number;
  /** Where errors say that it stands, such as 'line 3 (a.png)'. */
  readonly place: string;
  /** What errors call its path, such as "column 'image'". */
  readonly called: string;
  /** A path below the folder. */
  readonly image: string;
  /** Of a TIFF stack; it is of its masks too. */
  readonly page: number | undefined;
  readonly labels: SomeTasks<T, PartialLabel | FileLabel>;
  /** How much the labels count. Left out: 1. */
  readonly weights: SomeTasks<T, number>;
}

/** A file that an entry names. */
export interface EntryFile {
  readonly path: string;
  readonly called: string;
  readonly kind: 'image' | 'mask';
}

/** The files that an entry names, its image first. */
export function filesOf<T extends string>({ image, called, labels }: ImageEntry<T>): EntryFile[] {
  const all = Object.values<PartialLabel | FileLabel | undefined>(labels);
  const further = all.flatMap((label): EntryFile[] =>
    label !== undefined && 'from' in label && label.from !== 'input' && label.path !== undefined
      ? [{ path: label.path, called: `column '${label.column}'`, kind: label.from }]
      : [],
  );
  return [{ path: image, called, kind: 'image' }, ...further];
}
