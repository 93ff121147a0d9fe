import { inStudies } from '../contenders';
import { formatInterval, formatSpread, NONE, percent } from '../format';
import { CALIBRATION_BINS } from '../measure';
import { ASKED_SPECIFICITY } from '../replicates';
import type { ContenderResult, Results } from '../results';
import type { Estimate } from '../score-names';
import { type Cell, cell, estimateCell, header, type Table } from '../table';
import { mainContenders } from './table-2';

const decimals = (estimate: Estimate | null): Cell =>
  estimate === null
    ? cell(NONE)
    : cell(estimate.mean.toFixed(3), [estimate.sd === null ? '' : `SD ${estimate.sd.toFixed(3)}`]);

const withScore = (contenders: readonly ContenderResult[], score: 'dice' | 'auc'): ContenderResult[] =>
  contenders.filter(({ scores }) => scores[score] !== null);

/** Dice of the images with a lesion: quartiles, and what a tuned threshold and flips change. */
export function diceTable(results: Results): Table | null {
  const own = withScore(mainContenders(results), 'dice');
  if (own.length === 0) return null;
  const flips = own.some(({ scores }) => scores.flipsDice !== null);
  return {
    id: 'dice-table',
    caption: 'Dice per test image with a lesion, in percent',
    columns: [
      'Model',
      'Images',
      'Lower quartile',
      'Median',
      'Upper quartile',
      'Mean',
      'Mean, threshold from validation',
      ...(flips ? ['Mean, with test-time flips'] : []),
    ],
    rows: own.map(({ label, scores, diceQuartiles }) => [
      header(label),
      cell(scores.dice?.n ?? NONE),
      ...(diceQuartiles ?? []).map((value) => cell(percent(value))),
      estimateCell(scores.dice),
      estimateCell(scores.diceTuned),
      ...(flips ? [estimateCell(scores.flipsDice)] : []),
    ]),
    notes: ['Quartiles and median are of the means over seeds of each image.'],
  };
}

/** Operating points that were chosen on validation. */
export function operatingTable(results: Results): Table | null {
  const own = withScore(mainContenders(results), 'auc');
  if (own.length === 0) return null;
  const flips = own.some(({ scores }) => scores.flipsAuc !== null);
  const asked = `${Math.round(100 * ASKED_SPECIFICITY)} %`;
  return {
    id: 'operating-table',
    caption: 'Operating points with thresholds from the validation images, in percent',
    columns: [
      'Model',
      'Youden: accuracy',
      'Youden: sensitivity',
      'Youden: specificity',
      `${asked}: sensitivity`,
      `${asked}: specificity`,
      ...(flips ? ['AUC, with test-time flips'] : []),
    ],
    rows: own.map(({ label, scores }) => [
      header(label),
      estimateCell(scores.youdenAccuracy),
      estimateCell(scores.youdenSensitivity),
      estimateCell(scores.youdenSpecificity),
      estimateCell(scores.specificSensitivity),
      estimateCell(scores.specificSpecificity),
      ...(flips ? [estimateCell(scores.flipsAuc)] : []),
    ]),
    notes: [
      `Youden: the threshold with the highest sensitivity + specificity on validation. ${asked}: the one with the highest sensitivity at a specificity of at least ${asked} on validation; on the test images the specificity may turn out otherwise. Each run has its own thresholds.`,
    ],
  };
}

/** How far probabilities can be taken at their word. */
export function calibrationTable(results: Results): Table | null {
  const own = withScore(mainContenders(results), 'auc');
  if (own.length === 0) return null;
  return {
    id: 'calibration-table',
    caption: 'Calibration and average precision on all test images: mean over seeds',
    columns: ['Model', 'Calibration error', 'Brier score', 'Average precision'],
    rows: own.map(({ label, scores }) => [
      header(label),
      decimals(scores.calibrationError),
      decimals(scores.brier),
      decimals(scores.averagePrecision),
    ]),
    notes: [
      `The expected calibration error has ${CALIBRATION_BINS} bins; on so few images it is above 0 for a calibrated model too.`,
    ],
  };
}

/** What is left of the AUC where the source of an image does not tell its class. */
export function sourceTable(results: Results): Table | null {
  const { mixedSource, contenders } = results;
  if (mixedSource === null) return null;
  const alone = inStudies(contenders, 'covid-ct').filter(({ config }) => config.images !== 'mix');
  const own = withScore(
    [...mainContenders(results), ...alone.filter((one) => one.config.images === mixedSource)],
    'auc',
  );
  if (own.length === 0) return null;
  const counts = own.flatMap(({ sources }) => sources.filter(({ source }) => source === mixedSource))[0];
  return {
    id: 'source-table',
    caption: `AUC among the test images of ${mixedSource} alone, beside the mix, in percent`,
    columns: ['Model', 'Trained on', `Tested on ${mixedSource} alone`, 'Tested on the mix'],
    rows: own.map(({ label, config, sources, scores }) => [
      header(label),
      cell(config.images === 'mix' ? 'the mix' : `${config.images} alone`),
      estimateCell(sources.find(({ source }) => source === mixedSource)?.auc ?? null),
      config.images === 'mix' ? estimateCell(scores.auc) : cell(NONE),
    ]),
    notes: [
      `${mixedSource} is the source with images of both classes: ${counts?.positives ?? 0} with COVID-19 and ${counts?.negatives ?? 0} without in the test part. In the mix most sources have one class only, so that window, frame and crop give it away.`,
    ],
  };
}

/** Whether a classifier can tell where an image comes from. */
export function controlTable({ contenders, mixedSource }: Results): Table | null {
  const own = contenders.filter(({ config, scores }) => config.target === 'source' && scores.auc !== null);
  if (own.length === 0) return null;
  return {
    id: 'control-table',
    caption: `Control: can a classifier tell whether an image comes from ${mixedSource ?? 'that source'}?`,
    columns: ['Model', 'AUC, %', 'Accuracy, %', 'Test images'],
    rows: own.map(({ label, scores }) => [
      header(label),
      estimateCell(scores.auc),
      estimateCell(scores.accuracy),
      cell(scores.auc?.n ?? NONE),
    ]),
    notes: ['50 % is chance. The higher it is, the less an AUC on the mix says of disease.'],
  };
}

/** How a score grows with the number of labels. */
export function countTable(study: 'masks' | 'labels', { contenders }: Results): Table | null {
  const score = study === 'masks' ? 'dice' : 'auc';
  const own = inStudies(contenders, study);
  if (own.length === 0) return null;
  const counts = [...new Set(own.map(({ config }) => config[study]))].sort(
    (a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY),
  );
  const arms = [...new Set(own.map(({ places }) => places.find((place) => place.study === study)?.arm as string))];
  return {
    id: `${study}-table`,
    caption: study === 'masks' ? 'Dice by the number of masks, in percent' : 'AUC by the number of labels, in percent',
    columns: [study === 'masks' ? 'Masks in training' : 'Labelled images in training', ...arms],
    rows: counts.map((count) => [
      header(count === null ? 'all' : `${count}`),
      ...arms.map((arm) => {
        const found = own.find(
          ({ config, places }) =>
            config[study] === count && places.some((place) => place.study === study && place.arm === arm),
        );
        return found === undefined ? cell(NONE) : estimateCell(found.scores[score]);
      }),
    ]),
    notes: [
      study === 'masks'
        ? 'The three-task model sees all images and their classes besides; the U-Net sees the images with a mask alone.'
        : 'The other images take part in the reconstruction and, where they have a mask, in the segmentation.',
    ],
  };
}

/** One line on an estimate: `65.0 % (95 % interval 55.4 to 74.1; SD 1.0 over 5 seeds)`. */
export function describeEstimate(estimate: Estimate): string {
  const interval = formatInterval(estimate);
  const spread = formatSpread(estimate);
  const inner = [
    interval === '' ? '' : `95 % interval ${interval}`,
    spread === '' ? 'one seed' : `${spread} over ${estimate.perSeed.length} seeds`,
  ];
  return `${percent(estimate.mean)} % (${inner.filter((part) => part !== '').join('; ')})`;
}
