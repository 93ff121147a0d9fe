import type { RunConfig } from '../../records';
import { NONE, percent, points } from '../format';
import { readSettings } from '../pairings';
import type { ContenderResult, Results } from '../results';
import { type Cell, cell, header, type Table } from '../table';

const UNCOUNTED = ['study', 'arm', 'seed', 'fold'];

const say = (value: unknown): string => {
  if (value === undefined || value === null) return 'default';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const text =
    typeof value === 'object' ? JSON.stringify(value).replaceAll(/[{}"]/g, '').replaceAll(':', ' × ') : `${value}`;
  return text === '' ? 'all × 1' : text;
};

/** What one configuration has that the other has not: `augment: on → off`. */
export function describeChanges(from: Partial<RunConfig>, to: Partial<RunConfig>): string[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])] as (keyof RunConfig)[];
  return names
    .filter((name) => !UNCOUNTED.includes(name) && JSON.stringify(from[name]) !== JSON.stringify(to[name]))
    .map((name) => `${name}: ${say(from[name])} → ${say(to[name])}`);
}

/** One change of a setting at a time, and what it does. */
export function settingsTable({ contenders, comparisons }: Results): Table | null {
  const settings = readSettings(contenders);
  if (settings === null) return null;
  const { start, changes } = settings;
  const difference = (one: ContenderResult, score: 'dice' | 'auc'): Cell => {
    const found = comparisons.find((each) => each.a === one.label && each.b === start.label && each.score === score);
    if (found === undefined || found.difference === null) return cell(NONE);
    const interval = found.low === null || found.high === null ? '' : `${points(found.low)} to ${points(found.high)}`;
    return cell(points(found.difference), [interval]);
  };
  const mean = (one: ContenderResult, score: 'dice' | 'auc'): Cell =>
    cell(one.scores[score] === null ? NONE : percent(one.scores[score].mean));
  const validated = (one: ContenderResult, score: 'dice' | 'auc'): Cell =>
    cell(one.validation[score] === null ? NONE : percent(one.validation[score]));
  const row = (one: ContenderResult, change: readonly string[]): Cell[] => [
    header(one.label),
    cell(change.length === 0 ? 'where the others start from' : change.join('; ')),
    cell(`${one.finished} of ${one.planned}`),
    validated(one, 'dice'),
    validated(one, 'auc'),
    mean(one, 'dice'),
    one === start ? cell(NONE) : difference(one, 'dice'),
    mean(one, 'auc'),
    one === start ? cell(NONE) : difference(one, 'auc'),
  ];
  return {
    id: 'settings-table',
    caption: 'Settings of the three-task model, one change at a time, in percent and points',
    columns: ['Setting', 'Change', 'Runs', 'Validation: Dice', 'AUC', 'Test: Dice', 'Difference', 'AUC', 'Difference'],
    rows: [row(start, []), ...changes.map((one) => row(one, describeChanges(start.config, one.config)))],
    notes: [
      'Settings were chosen by the validation images, in the epoch that was kept; the test images were scored all the same, so that the best of their rows are somewhat flattered.',
      'Few seeds: differences of a few points are within what another seed does. The tests are among the paired tests.',
    ],
  };
}
