import type { Difference } from './compare';
import { points, signed } from './outcome';
import type { Summary } from './summary';
import { alignColumns } from './table';

const percent = (x: number | undefined): string => (x === undefined || Number.isNaN(x) ? '-' : (100 * x).toFixed(1));

/** 'In Dice the U-Net is ahead of the three tasks on all 3 seeds.' */
function order(differences: readonly Difference[], score: string, baseline: string): string {
  const ahead = differences.filter(({ value }) => value > 0).length;
  const seeds = differences.length;
  if (ahead === seeds) return `In ${score} the three tasks are ahead of ${baseline} on all ${seeds} seeds.`;
  if (ahead === 0) return `In ${score} ${baseline} is ahead of the three tasks on all ${seeds} seeds.`;
  return `In ${score} the seeds disagree: the three tasks are ahead of ${baseline} on ${ahead} of ${seeds}.`;
}

/** A row per seed, the means, and whether all seeds give the same order. */
export function renderSeeds(summaries: readonly Summary[]): string {
  const mean = (values: readonly (number | undefined)[]): number => {
    const known = values.filter((value) => value !== undefined);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const scores = (summary: Summary): (number | undefined)[] => {
    const [shared, segmenting, classifying, cnn] = summary.models.map(({ test }) => test);
    return [shared.dice, segmenting.dice, shared.auc, classifying.auc, cnn.auc].map((score) => score?.value);
  };
  const known = (name: 'dice' | 'auc'): Difference[] =>
    summaries.flatMap(({ differences }) => differences[name] ?? []).filter(({ value }) => !Number.isNaN(value));
  const difference = (value: Difference | null): string => (value === null ? '-' : points(value));
  const columns = summaries.map(scores);
  const means = columns[0].map((_, i) => percent(mean(columns.map((of) => of[i]))));
  const meanOf = (name: 'dice' | 'auc'): string => {
    const value = 100 * mean(known(name).map((of) => of.value));
    return Number.isNaN(value) ? '-' : signed(value);
  };
  const table = alignColumns([
    ['Seed', 'Dice %: three tasks', 'U-Net', 'difference', 'AUC %: three tasks', 'class alone', 'difference', 'CNN'],
    ...summaries.map((summary, k) => {
      const [a, b, c, d, e] = columns[k].map(percent);
      const { dice, auc } = summary.differences;
      return [String(summary.seed), a, b, difference(dice), c, d, difference(auc), e];
    }),
    ['mean', means[0], means[1], meanOf('dice'), means[2], means[3], meanOf('auc'), means[4]],
  ]);
  const orders = [
    ...(known('dice').length === 0 ? [] : [order(known('dice'), 'Dice', 'the U-Net')]),
    ...(known('auc').length === 0 ? [] : [order(known('auc'), 'AUC', 'the class alone')]),
  ];
  return [table, '', ...orders].join('\n');
}
