import type { Outcome, Result } from './attack';

const OUTCOMES: readonly Outcome[] = ['lost', 'crash', 'hang', 'silent'];
const HEADS = ['kind', 'cases', 'lost', 'crashes', 'hangs', 'silent'];

/** A row for each kind that had cases, and their sums. */
export function renderTable(results: readonly Result[]): string {
  const kinds = [...new Set(results.map(({ case: { kind } }) => kind))].sort();
  const row = (name: string, those: readonly Result[]): string[] => {
    const count = (outcome: Outcome): string => String(those.filter(({ fault }) => fault?.outcome === outcome).length);
    return [name, String(those.length), ...OUTCOMES.map(count)];
  };
  const rows = [
    HEADS,
    ...kinds.map((kind) =>
      row(
        kind,
        results.filter(({ case: one }) => one.kind === kind),
      ),
    ),
    row('all', results),
  ];
  const widths = HEADS.map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
  return rows
    .map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}
