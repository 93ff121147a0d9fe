import type { Contender } from './contenders';
import { COLUMNS, type Estimate, type TestScores } from './score-contender';

const HEADINGS = {
  dice: 'Dice',
  accuracy: 'Accuracy',
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  auc: 'AUC',
};

function cell(estimate: Estimate | null): string {
  if (estimate === null) return '-';
  const percent = (x: number): string => (Number.isNaN(x) ? 'n/a' : (100 * x).toFixed(1));
  return `${percent(estimate.value)} (${percent(estimate.low)}-${percent(estimate.high)})`;
}

/** Rows as text, the first a heading, in columns as wide as their widest cell. */
export function alignColumns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const text = lines.map((line) =>
    line
      .map((value, i) => value.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return text.join('\n');
}

/** Table 2 of the paper as text: percentages with 95 % intervals. */
export function renderTable(rows: readonly { contender: Contender; test: TestScores }[]): string {
  return alignColumns([
    ['Model', ...COLUMNS.map((column) => `${HEADINGS[column]} %`)],
    ...rows.map(({ contender, test }) => [contender.title, ...COLUMNS.map((column) => cell(test[column]))]),
  ]);
}
