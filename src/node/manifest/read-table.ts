import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

/** A CSV file with a header; `lines[i]` is the line that record `i` ends on, counted from 1. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly records: readonly Readonly<Record<string, string>>[];
  readonly lines: readonly number[];
}

/** Reads a CSV file (RFC 4180: quotes, LF or CRLF, with or without a byte order mark) in UTF-8. */
export async function readTable(path: string): Promise<CsvTable> {
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    rows = parse(text, { info: true, trim: true, skip_empty_lines: true }) as unknown as typeof rows;
  } catch (error) {
    throw new Error(`${path}: expected a CSV file in UTF-8: ${(error as Error).message}.`, { cause: error });
  }
  const columns = rows[0]?.record ?? [];
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`${path}: expected columns of different names, found '${twice}' twice.`);
  const body = rows.slice(1);
  return {
    columns,
    records: body.map(({ record }) => Object.fromEntries(columns.map((name, i) => [name, record[i]]))),
    lines: body.map(({ info }) => info.lines),
  };
}
