import { readCurves } from '../count-curves';
import type { Measured } from '../measure';
import { hasThreeTasks } from '../pairings';
import type { Experiment } from '../read-experiment';
import type { Analysis } from '../results';
import { mainContenders } from '../tables/table-2';
import { calibrationChart, precisionRecallChart, rocChart } from './classifier-curves';
import { countChart } from './count-curve';
import { diceDistribution } from './dice-distribution';
import { epochCharts } from './epoch-curves';
import type { Figure } from './figure';
import { forestChart } from './forest';

/** All charts of a report; null where there is nothing to draw. */
export interface Charts {
  readonly overview: readonly (Figure | null)[];
  readonly dice: Figure | null;
  readonly masks: Figure | null;
  readonly labels: Figure | null;
  readonly oneSource: Figure | null;
  readonly classifiers: readonly (Figure | null)[];
  readonly epochs: readonly Figure[];
}

/** The paper's three models, at the largest size that each has come to. */
function largest(main: readonly Measured[]): Measured[] {
  const own = main.filter((one) => one.runs.length > 0);
  const groups = [
    own.filter(hasThreeTasks),
    own.filter(({ config }) => config.model === 'unet'),
    own.filter(({ config }) => config.model === 'cnn8'),
  ];
  return groups.flatMap((group) => group.slice(-1));
}

/** Draws all that there is to draw. */
export async function drawCharts({ splits }: Experiment, { results, measured, groupOf }: Analysis): Promise<Charts> {
  const labels = mainContenders(results).map(({ label }) => label);
  const main = labels.map((label) => measured.find((one) => one.label === label) as Measured);
  const three = largest(main);
  const classifiers = three.filter(({ config }) => config.tasks.includes('classification'));
  const { resamples, mixedSource } = results;
  const options = { resamples, groupOf };
  return {
    overview: [await forestChart('dice', main), await forestChart('auc', main)],
    dice: await diceDistribution(main),
    masks: await countChart('masks', readCurves('masks', measured, splits)),
    labels: await countChart('labels', readCurves('labels', measured, splits)),
    oneSource: mixedSource === null ? null : await rocChart(classifiers, { ...options, source: mixedSource }),
    classifiers: [
      await rocChart(classifiers, options),
      await precisionRecallChart(classifiers),
      await calibrationChart(classifiers),
    ],
    epochs: await epochCharts(three),
  };
}

/** Those that were drawn, in the order of the report. */
export function listFigures(charts: Charts): Figure[] {
  const { overview, dice, masks, labels, oneSource, classifiers, epochs } = charts;
  return [...overview, dice, masks, labels, oneSource, ...classifiers, ...epochs].filter((figure) => figure !== null);
}
