import type { Comparison } from '../compare';
import { formatP, NONE, percent, points } from '../format';
import type { Results } from '../results';
import { cell, header, type Table } from '../table';

const NAMES = { dice: 'Dice', auc: 'AUC' } as const;

const bounds = ({ low, high }: Comparison): string =>
  low === null || high === null ? NONE : `${points(low)} to ${points(high)}`;

const orNone = (value: number | null, format: (value: number) => string): string =>
  value === null ? NONE : format(value);

/** The paired comparisons, a table for each family. */
export function comparisonTables({ comparisons }: Pick<Results, 'comparisons'>): Table[] {
  const families = [...new Set(comparisons.map(({ family }) => family))];
  return families.map((family, i) => {
    const own = comparisons.filter((one) => one.family === family);
    return {
      id: `comparisons-${i + 1}`,
      caption: `${family}: ${own.length} comparison${own.length === 1 ? '' : 's'}`,
      columns: ['Compared', 'Score', 'Images', 'Difference, points', '95 % interval', 'p', 'p (Holm)', 'Test'],
      rows: own.map((one) => [
        header(one.a, 1, [`against ${one.b}`]),
        cell(NAMES[one.score], one.source === null ? [] : [`${one.source} alone`]),
        cell(one.n),
        cell(orNone(one.difference, points)),
        cell(bounds(one)),
        cell(orNone(one.p, formatP)),
        cell(orNone(one.pHolm, formatP)),
        cell(one.test),
      ]),
    };
  });
}

/** In words: what a comparison says. */
export function describeComparison(one: Comparison): string {
  const { difference, pHolm } = one;
  if (difference === null) return `${one.a} and ${one.b} could not be compared.`;
  const size = `${percent(Math.abs(difference))} points ${difference < 0 ? 'lower' : 'higher'}`;
  const test = pHolm === null ? '' : `; ${one.test}, Holm-adjusted p ${pHolm < 0.001 ? '' : '= '}${formatP(pHolm)}`;
  const verdict = pHolm === null ? '' : pHolm < 0.05 ? '' : ' The test images do not tell the two apart.';
  return `${NAMES[one.score]} of ${one.a} is ${size} than that of ${one.b} (95 % interval of the difference ${bounds(one)}${test}).${verdict}`;
}
