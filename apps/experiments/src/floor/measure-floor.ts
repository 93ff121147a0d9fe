import { auc, bootstrapInterval, brierScore, calibrationError, score } from 'tfjs-multitask/metrics';
import { CALIBRATION_BINS } from '../report/measure';
import { aucOf } from '../report/statistics';
import { logisticRegressions, sigmoid } from '../training/pretrained/logistic-regression';
import { fitProbes, type LabelledRow, logitOf, logitsInFolds } from '../training/pretrained/probe';

/** The largest first, as each solution is where the search for the next begins. */
const PENALTIES = [1000, 300, 100, 30, 10];
const FOLD_SEEDS = [1, 2];
const RESAMPLES = 2000;

/** A penalty and how it did in the folds. */
export interface Choice {
  readonly penalty: number;
  /** The mean over several foldings. */
  readonly foldAuc: number;
}

const aucFrom = (rows: readonly LabelledRow[], logits: Float64Array): Promise<number> =>
  score(
    auc(),
    rows.map(({ label }) => label),
    logits.map(sigmoid),
  );

/** The penalty with the best AUC in folds of whole groups. */
export async function chooseInFolds(rows: readonly LabelledRow[]): Promise<Choice> {
  const sums = new Float64Array(PENALTIES.length);
  for (const seed of FOLD_SEEDS) {
    for (const [p, logits] of logitsInFolds(rows, PENALTIES, seed).entries()) sums[p] += await aucFrom(rows, logits);
  }
  const best = sums.indexOf(Math.max(...sums));
  return { penalty: PENALTIES[best], foldAuc: sums[best] / FOLD_SEEDS.length };
}

/** How probabilities do on images that nothing was chosen by. */
export interface Quality {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  readonly brier: number;
  readonly calibrationError: number;
}

async function qualityOf(rows: readonly LabelledRow[], probabilities: readonly number[]): Promise<Quality> {
  const truth = rows.map(({ label }) => label);
  const cases = rows.map(({ label }, i) => ({ truth: label, probability: probabilities[i] }));
  const groups = rows.map(({ group }) => group);
  const interval = await bootstrapInterval(rows.length, aucOf(cases as never), {
    resamples: RESAMPLES,
    seed: 1,
    groups,
  });
  return {
    auc: await score(auc(), truth, probabilities),
    low: interval.low,
    high: interval.high,
    brier: await score(brierScore(), truth, probabilities),
    calibrationError: await score(calibrationError({ bins: CALIBRATION_BINS }), truth, probabilities),
  };
}

/**
 * Fits on all training rows and scores the test rows, once as the regression says and once calibrated: by a line through the logits that
 * images had in folds of the training rows (Platt, 1999).
 */
export async function measureFloor(train: readonly LabelledRow[], test: readonly LabelledRow[], { penalty }: Choice) {
  const [probe] = fitProbes(train, [penalty]);
  const logits = test.map(({ features }) => logitOf(features, probe));
  const [inFolds] = logitsInFolds(train, [penalty], FOLD_SEEDS[0]);
  const labels = train.map(({ label }) => label);
  const [{ coefficients, intercept }] = logisticRegressions(
    [...inFolds].map((logit) => [logit]),
    labels,
    [1e-3],
  );
  const calibrated = logits.map((logit) => sigmoid(coefficients[0] * logit + intercept));
  return {
    plain: await qualityOf(test, logits.map(sigmoid)),
    calibrated: await qualityOf(test, calibrated),
    slope: coefficients[0],
    intercept,
    probabilities: calibrated,
  };
}
