import type { StepDiagnostics } from 'tfjs-multitask/train';
import { MUTED, PALETTE, renderChart } from './render';

type Records = readonly StepDiagnostics<string>[];

/** A number of one step, of one task or of a pair. */
interface Reading {
  readonly name: string;
  readonly epoch: number;
  readonly value: number;
}

/** One epoch of a line: the mean over its steps, and between which values eight of ten of them lie. */
interface Point {
  readonly name: string;
  readonly epoch: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const ofTasks = (records: Records, which: 'losses' | 'weights' | 'norms'): Reading[] =>
  records.flatMap(({ epoch, [which]: values }) =>
    Object.entries(values ?? {}).map(([name, value]) => ({ name, epoch, value: value as number })),
  );

const ofPairs = (records: Records): Reading[] =>
  records.flatMap(({ epoch, cosines = [] }) =>
    cosines.map(({ tasks, value }) => ({ name: tasks.toSorted().join(', '), epoch, value })),
  );

/** Linear between the order statistics. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (at - Math.floor(at)) * (high - low);
}

/** Epochs in which a task or a pair had no number are left out. */
function byEpoch(readings: readonly Reading[]): Point[] {
  const groups = new Map<string, { name: string; epoch: number; values: number[] }>();
  for (const { name, epoch, value } of readings) {
    if (!Number.isFinite(value)) continue;
    const key = `${epoch} ${name}`;
    const group = groups.get(key) ?? { name, epoch: epoch + 1, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ name, epoch, values }) => {
    const sorted = values.toSorted((a, b) => a - b);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { name, epoch, mean, low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) };
  });
}

interface Axis {
  readonly scale: object;
  readonly ticks: { readonly tickCount: number } | { readonly values: number[]; readonly format: string };
}

const LINEAR: Axis = { scale: { zero: true }, ticks: { tickCount: 5 } };
/** Zero in the middle; the ends as near as the bands allow. */
function aroundZero(points: readonly Point[]): Axis {
  const farthest = Math.max(...points.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  const end = [0.1, 0.2, 0.5].find((value) => value >= farthest) ?? 1;
  return { scale: { domain: [-end, end] }, ticks: { values: [-end, -end / 2, 0, end / 2, end], format: '.2~f' } };
}

/** For losses and lengths, which may lie orders of magnitude apart. */
function logarithmic(points: readonly Point[]): Axis {
  if (points.some(({ low }) => low <= 0)) return LINEAR;
  const least = Math.floor(Math.log10(Math.min(...points.map(({ low }) => low))));
  const most = Math.ceil(Math.log10(Math.max(...points.map(({ high }) => high))));
  const between = most - least > 2 ? [1] : [1, 2, 5];
  const decades = Array.from({ length: Math.max(most - least, 1) + 1 }, (_, i) => 10 ** (least + i));
  const values = decades.flatMap((decade) => between.map((value) => value * decade));
  const domain = [decades[0], decades[decades.length - 1]];
  return { scale: { type: 'log', domain }, ticks: { values: values.filter((v) => v <= domain[1]), format: '~g' } };
}

/**
 * A PNG of how the tasks got along from epoch to epoch, from the records of `diagnostics()`: their losses, their weights,
 * the lengths of their gradients and the cosines of each pair, as far as they are recorded. Lines are means over the
 * steps of an epoch, bands hold eight of ten steps.
 */
export async function taskGradients(records: Records): Promise<Buffer> {
  const panels = [
    { title: 'Losses', points: byEpoch(ofTasks(records, 'losses')), axis: logarithmic },
    { title: 'Weights of the gradients', points: byEpoch(ofTasks(records, 'weights')), axis: () => LINEAR },
    { title: 'Lengths of the gradients', points: byEpoch(ofTasks(records, 'norms')), axis: logarithmic },
  ].filter(({ points }) => points.length > 0);
  if (panels.length === 0) throw new RangeError('taskGradients: the records hold no number to draw.');
  const cosines = byEpoch(ofPairs(records));
  const everywhere = panels.flatMap(({ points }) => points);
  const first = Math.min(...everywhere.map(({ epoch }) => epoch));
  const last = Math.max(...everywhere.map(({ epoch }) => epoch));
  const namesOf = (points: readonly Point[]): string[] => [...new Set(points.map(({ name }) => name))];

  // One epoch makes no line.
  const [band, line] =
    last > first
      ? ([
          { type: 'area', opacity: 0.15 },
          { type: 'line', strokeWidth: 2, strokeJoin: 'round' },
        ] as const)
      : ([
          { type: 'rule', strokeWidth: 2, opacity: 0.4 },
          { type: 'point', filled: true, size: 70, opacity: 1 },
        ] as const);
  const legend = {
    orient: 'bottom',
    direction: 'vertical',
    symbolType: last > first ? 'stroke' : 'circle',
    symbolOpacity: 1,
  } as const;
  const draw = (
    title: string,
    points: readonly Point[],
    { scale, ticks }: Axis,
    { of, names, colors }: { of: string; names: readonly string[]; colors: readonly string[] },
  ) => ({
    title: { text: title, fontSize: 13, offset: 10, frame: 'group' as const },
    width: 230,
    height: 160,
    data: { values: [...points] },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative' as const,
        title: 'Epoch',
        scale: { domain: last > first ? [first, last] : [first - 1, first + 1] },
        axis: { grid: false, tickMinStep: 1, tickCount: 6, format: 'd' },
      },
      color: {
        field: 'name',
        type: 'nominal' as const,
        title: of,
        scale: { domain: [...names], range: names.map((_, i) => colors[i % colors.length]) },
        legend,
      },
    },
    layer: [
      {
        mark: band,
        encoding: {
          y: { field: 'low', type: 'quantitative' as const, title: null, axis: ticks, scale },
          y2: { field: 'high' },
        },
      },
      {
        mark: line,
        encoding: { y: { field: 'mean', type: 'quantitative' as const, title: null, axis: ticks, scale } },
      },
    ],
  });
  const tasks = { of: 'Task', names: namesOf(everywhere), colors: PALETTE };
  // The colours that the tasks leave, so that a pair is not taken for a task.
  const others = [...PALETTE.slice(tasks.names.length % PALETTE.length), ...PALETTE];
  const pairs = { of: 'Pair of tasks', names: namesOf(cosines), colors: others };
  return renderChart({
    title: {
      text: 'Losses and gradients of the tasks over the epochs',
      subtitle: 'Means over the steps of an epoch; eight of ten steps lie in the bands',
      subtitleColor: MUTED,
      subtitleFontSize: 12,
      subtitlePadding: 6,
      offset: 24,
    },
    spacing: 36,
    resolve: { scale: { color: 'independent' } },
    hconcat: [
      { spacing: 36, hconcat: panels.map(({ title, points, axis }) => draw(title, points, axis(points), tasks)) },
      ...(cosines.length > 0 ? [draw('Cosines between gradients', cosines, aroundZero(cosines), pairs)] : []),
    ],
  });
}
