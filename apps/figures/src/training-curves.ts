import { checkNames, renderChart } from './render';

/** What the training of a model left behind: the epochs of a trainer's history. */
export interface TrainingRun {
  readonly name: string;
  readonly history: readonly { readonly epoch: number; readonly train: object; readonly validation?: object }[];
}

export interface TrainingCurvesOptions {
  /** Which of the tasks' metrics are drawn beside the losses. Default: all. */
  readonly metrics?: readonly string[];
}

/** One number of one epoch, and where it goes. */
interface Point {
  readonly panel: string;
  readonly metric: string;
  readonly run: string;
  readonly split: string;
  readonly epoch: number;
  readonly value: number;
}

const SPLITS = ['training', 'validation'];

const SPELLINGS: Readonly<Record<string, string>> = { auc: 'AUC', dice: 'Dice', iou: 'IoU', mae: 'MAE', mse: 'MSE' };

/** 'Segmentation Dice'. */
function titleOf(task: string, metric: string): string {
  return `${task.charAt(0).toUpperCase()}${task.slice(1)} ${SPELLINGS[metric] ?? metric}`;
}

/** Metrics give a number, or an object with one. */
function toNumber(result: unknown): number | undefined {
  const value = typeof result === 'object' && result !== null && 'value' in result ? result.value : result;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The losses and metrics of the tasks in one epoch's scores. */
function readScores(scores: object | undefined): { task: string; metric: string; value: number }[] {
  return Object.entries(scores ?? {}).flatMap(([task, results]) =>
    typeof results !== 'object'
      ? []
      : Object.entries(results ?? {}).flatMap(([metric, result]) => {
          const value = toNumber(result);
          return value === undefined ? [] : [{ task, metric, value }];
        }),
  );
}

/** The points of all panels: the tasks' losses first, then their metrics. */
function readPoints(runs: readonly TrainingRun[], metrics: readonly string[] | undefined): Point[] {
  const points = runs.flatMap(({ name: run, history }) =>
    history.flatMap(({ epoch, train, validation }) =>
      [train, validation].flatMap((scores, k) =>
        readScores(scores).map(({ task, metric, value }) => ({
          panel: titleOf(task, metric),
          metric,
          run,
          split: SPLITS[k],
          epoch: epoch + 1,
          value,
        })),
      ),
    ),
  );
  return [
    ...points.filter(({ metric }) => metric === 'loss'),
    ...points.filter(({ metric }) => metric !== 'loss' && (metrics?.includes(metric) ?? true)),
  ];
}

/** What tells training from validation. */
function scaleOf<V, L>(splits: readonly string[], looks: Readonly<Record<string, V>>, legend: L) {
  const scale = { domain: [...splits], range: splits.map((split) => looks[split]) };
  return { field: 'split', type: 'nominal', title: 'Images', scale, legend } as const;
}

/**
 * A PNG of how the losses of each task and the validation metrics of several models went from epoch to epoch: a panel
 * for each, a colour for each model.
 */
export async function trainingCurves(
  runs: readonly TrainingRun[],
  { metrics }: TrainingCurvesOptions = {},
): Promise<Buffer> {
  checkNames('trainingCurves', runs);
  const points = readPoints(runs, metrics);
  if (points.length === 0) throw new RangeError('trainingCurves: the histories hold no number to draw.');
  const panels = [...new Set(points.map(({ panel }) => panel))];
  const last = Math.max(...points.map(({ epoch }) => epoch));
  const splits = SPLITS.filter((split) => points.some((point) => point.split === split));
  const legend = { orient: 'bottom', direction: 'vertical' } as const;
  const lines = {
    symbolType: 'stroke',
    mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round' },
    split: {
      strokeDash: scaleOf(splits, { training: [4, 3], validation: [1, 0] }, { ...legend, symbolType: 'stroke' }),
    },
  } as const;
  // One epoch makes no line.
  const dots = {
    symbolType: 'circle',
    mark: { type: 'point', filled: true, size: 70, opacity: 1 },
    split: { shape: scaleOf(splits, { training: 'triangle-up', validation: 'circle' }, legend) },
  } as const;
  const { mark, split, symbolType } = last > 1 ? lines : dots;
  return renderChart({
    title: { text: 'Losses and validation scores over the epochs', offset: 24 },
    columns: 3,
    spacing: { column: 36, row: 36 },
    concat: panels.map((panel) => ({
      title: { text: panel, fontSize: 13, offset: 10, frame: 'group' },
      width: 230,
      height: 160,
      data: { values: points.filter((point) => point.panel === panel) },
      mark,
      encoding: {
        x: {
          field: 'epoch',
          type: 'quantitative',
          title: 'Epoch',
          scale: { domain: [1, Math.max(last, 2)] },
          axis: { grid: false, tickMinStep: 1, tickCount: 6, format: 'd' },
        },
        y: {
          field: 'value',
          type: 'quantitative',
          title: null,
          scale: { zero: false },
          axis: { tickCount: 5 },
        },
        color: {
          field: 'run',
          type: 'nominal',
          scale: { domain: runs.map(({ name }) => name) },
          title: 'Model',
          legend: { ...legend, symbolType },
        },
        ...split,
      },
    })),
  });
}
