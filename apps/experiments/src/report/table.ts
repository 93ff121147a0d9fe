import { formatInterval, formatSpread, NONE, percent } from './format';
import type { Estimate } from './score-names';

/** A cell: what it says, and what stands small below it. */
export interface Cell {
  readonly text: string;
  readonly small?: readonly string[];
  /** Names its row. */
  readonly header?: boolean;
  /** How many rows it spans; those below have null in its place. */
  readonly rows?: number;
}

/** A table as HTML and Markdown both have it. */
export interface Table {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Cell | null)[])[];
  readonly notes?: readonly string[];
}

export const cell = (text: string | number, small?: readonly string[]): Cell => ({
  text: String(text),
  small: small?.filter((line) => line !== ''),
});

export const header = (text: string, rows?: number, small?: readonly string[]): Cell => ({
  text,
  header: true,
  rows,
  small,
});

const NO_BREAK = '\u00a0';

/** The mean of an estimate in percent over its interval and its spread. */
export function estimateCell(estimate: Estimate | null): Cell {
  if (estimate === null) return cell(NONE);
  const small = [formatInterval(estimate), formatSpread(estimate)];
  return cell(
    percent(estimate.mean),
    small.map((line) => line.replaceAll(' ', NO_BREAK)),
  );
}

const escapeMarkdown = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\s*\n\s*/g, ' ');

function markdownCell(value: Cell | null): string {
  if (value === null) return '';
  return [value.text, ...(value.small ?? [])].map(escapeMarkdown).join('<br>');
}

/** A table as Markdown, its caption as a paragraph before it. */
export function tableToMarkdown({ caption, columns, rows, notes = [] }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `**${escapeMarkdown(caption)}**`,
    '',
    line(columns.map(escapeMarkdown)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(row.map(markdownCell))),
    ...notes.flatMap((note) => ['', escapeMarkdown(note)]),
    '',
  ].join('\n');
}
