import type { AnyMetric } from '../../types';

const LOWER_IS_BETTER = [
  'loss',
  'averageSurfaceDistance',
  'brier',
  'brierScore',
  'calibrationError',
  'hausdorff',
  'mae',
  'meanAbsoluteError',
  'meanSquaredError',
  'mse',
  'rmse',
];

const HIGHER_IS_BETTER = [
  'accuracy',
  'auc',
  'averagePrecision',
  'balancedAccuracy',
  'cohenKappa',
  'dice',
  'dicePerImage',
  'f1',
  'iou',
  'iouPerImage',
  'matthewsCorrelation',
  'negativePredictiveValue',
  'pearson',
  'precision',
  'psnr',
  'r2',
  'recall',
  'sensitivity',
  'spearman',
  'specificity',
  'ssim',
  'surfaceDice',
  'youdenIndex',
];

/** The direction of what usually has this name: for scores whose metric is not at hand. */
export function usualDirection(name: string): AnyMetric['direction'] {
  if (LOWER_IS_BETTER.includes(name)) return 'min';
  return HIGHER_IS_BETTER.includes(name) ? 'max' : undefined;
}
