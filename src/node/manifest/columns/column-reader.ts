import type { PartialLabel } from '../../../data/map-mask';
import type { Output } from '../../../types';
import type { MaskOptions } from '../../mask-options';

/** The cells of a row as text, by the names of their columns; blank ones are `''`. */
export type Cells = Readonly<Record<string, string>>;

/** A label that lies in a file, or is the input itself. */
export type FileLabel =
  | { readonly from: 'input' }
  | { readonly from: 'image'; readonly column: string; readonly path: string }
  /** Without a path: known to be empty. */
  | { readonly from: 'mask'; readonly column: string; readonly path?: string | undefined; readonly mask: MaskOptions };

/** Reads the labels of a task from the cells of a manifest; one of your own is an object with these members. */
export interface ColumnReader {
  /** The columns that it reads: a manifest that lacks one is refused. */
  readonly columns: readonly string[];
  /** What the head of the task puts out where the labels are these, by the channels of the dataset's images. */
  output(channels: number): Output;
  /**
   * The label that a row has; undefined where it is unknown. Called once for each row, at opening: what it throws is
   * reported with the row, so it need say only what was found and what was expected.
   */
  read(cells: Cells): PartialLabel | FileLabel | undefined;
}

/** What a reader throws for a cell. */
export function cellError(column: string, expected: string, found: string): Error {
  return new Error(`column '${column}': expected ${expected}, found '${found}'.`);
}

/** A list of words as errors show it. */
export const quoteAll = (words: Iterable<string>): string => [...words].map((word) => `'${word}'`).join(', ');
