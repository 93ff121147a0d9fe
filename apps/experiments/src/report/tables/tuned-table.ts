import { inStudies, MAIN_STUDIES } from '../contenders';
import { NONE, percent } from '../format';
import type { ContenderResult, Results } from '../results';
import { type Cell, cell, estimateCell, header, type Table } from '../table';
import { describeChanges } from './settings-table';

/** The models with the settings that validation spoke for. */
export function tunedTable({ contenders, mixedSource }: Results): Table | null {
  const own = inStudies(contenders, 'tuned');
  if (own.length === 0) return null;
  const validated = (value: number | null): Cell => cell(value === null ? NONE : percent(value));
  const untuned = inStudies(contenders, ...MAIN_STUDIES, 'masks');
  const kindOf = ({ config: { model, tasks, size, masks } }: ContenderResult): string =>
    JSON.stringify([model, tasks, size, masks]);
  return {
    id: 'tuned-table',
    caption: 'Tuned alike: the settings that help on validation, in all models, in percent',
    columns: [
      'Model',
      'Changed',
      'Runs',
      'Validation: Dice',
      'AUC',
      'Test: Dice',
      'AUC',
      ...(mixedSource === null ? [] : [`AUC, ${mixedSource} alone`]),
    ],
    rows: own.map((one) => {
      const plain = untuned.find((other) => kindOf(other) === kindOf(one));
      return [
        header(one.label),
        cell(plain === undefined ? NONE : describeChanges(plain.config, one.config).join('; ')),
        cell(`${one.finished} of ${one.planned}`),
        validated(one.validation.dice),
        validated(one.validation.auc),
        estimateCell(one.scores.dice),
        estimateCell(one.scores.auc),
        ...(mixedSource === null
          ? []
          : [estimateCell(one.sources.find(({ source }) => source === mixedSource)?.auc ?? null)]),
      ];
    }),
  };
}
