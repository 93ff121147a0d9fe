import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

/** A CSV file with a header; `lines[i]` is the line that record `i` ends on, counted from 1. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly records: readonly Readonly<Record<string, string>>[];
  readonly lines: readonly number[];
}

/**
 * Reads a CSV file (RFC 4180: quotes, LF or CRLF, with or without a byte order mark) in UTF-8. Blanks around a cell,
 * within quotes too, are left out: an unknown label is not class 0.
 */
export async function readTable(path: string): Promise<CsvTable> {
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    rows = parse(text, { info: true, trim: true, skip_empty_lines: true }) as unknown as typeof rows;
  } catch (error) {
    throw new Error(`${path}: expected a CSV file in UTF-8: ${(error as Error).message}.`, { cause: error });
  }
  const cells = rows.map(({ record }) => record.map((cell) => cell.trim()));
  const columns = cells[0] ?? [];
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`${path}: expected columns of different names, found '${twice}' twice.`);
  return {
    columns,
    records: cells.slice(1).map((record) => Object.fromEntries(columns.map((name, i) => [name, record[i]]))),
    lines: rows.slice(1).map(({ info }) => info.lines),
  };
}
