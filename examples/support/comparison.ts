import { relativeGain, type Scores } from './phantom-tasks';

/** What several seeds gave. */
interface Spread {
  readonly mean: number;
  /** The sample standard deviation; NaN for one seed. */
  readonly deviation: number;
}

/** One way to train, over the seeds. */
export interface Compared {
  readonly error: Spread;
  readonly dice: Spread;
  readonly auc: Spread;
  /** Mean relative gain over the single-task models of the same seed, in per cent. */
  readonly gain: Spread;
  /** By how much that is more than the gain of the reference with the same seed, in points. */
  readonly more: Spread;
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** The scores of one way, of the single-task models and of the way that the others are compared with, seed by seed. */
export function compare(scores: readonly Scores[], single: readonly Scores[], reference: readonly Scores[]): Compared {
  const gains = scores.map((of, i) => relativeGain(of, single[i]));
  return {
    error: spread(scores.map(({ error }) => error)),
    dice: spread(scores.map(({ dice }) => dice)),
    auc: spread(scores.map(({ auc }) => auc)),
    gain: spread(gains),
    more: spread(gains.map((gain, i) => gain - relativeGain(reference[i], single[i]))),
  };
}

const format = ({ mean, deviation }: Spread, digits: number): string =>
  Number.isNaN(deviation) ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;

/** The cells of a table's row. */
export function cells({ error, dice, auc, gain, more }: Compared): string[] {
  return [format(error, 4), format(dice, 3), format(auc, 3), format(gain, 1), format(more, 1)];
}

export const printRow = (row: readonly string[]): void => console.log(`| ${row.join(' | ')} |`);

export function printHead(row: readonly string[]): void {
  printRow(row);
  printRow(row.map(() => '---'));
}
