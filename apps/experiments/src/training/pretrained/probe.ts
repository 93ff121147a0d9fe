import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { kFold, type SplitRow } from 'tfjs-multitask/data';
import { auc, score } from 'tfjs-multitask/metrics';
import { type LogisticRegression, logisticRegressions, sigmoid } from './logistic-regression';
import { standardLayer } from './pooled-head';

/** Features of an image, the mean with those of its mirror image. */
export interface LabelledRow {
  readonly features: Float32Array;
  readonly label: 0 | 1;
  /** Images of one group stand in one fold. */
  readonly group: string;
}

/** A logistic regression on standardized features. */
export interface LinearProbe extends LogisticRegression {
  /** Of each column. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Channels that are almost never active must not decide by being so once. */
const LEAST_DEVIATION = 2e-3;
/** The largest first, as each solution is where the search for the next begins. */
const PENALTIES = [3000, 1000, 300, 100, 30, 10];
const FOLDS = 5;

function standardOf(rows: readonly Float32Array[]): Pick<LinearProbe, 'mean' | 'deviation'> {
  const columns = rows[0].length;
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  for (const row of rows) for (let j = 0; j < columns; j++) mean[j] += row[j] / rows.length;
  for (const row of rows) for (let j = 0; j < columns; j++) variance[j] += (row[j] - mean[j]) ** 2 / rows.length;
  return { mean, deviation: variance.map((value) => Math.max(Math.sqrt(value), LEAST_DEVIATION)) };
}

/** Fits a probe with each penalty. */
export function fitProbes(rows: readonly LabelledRow[], penalties: readonly number[]): LinearProbe[] {
  const standard = standardOf(rows.map(({ features }) => features));
  const { mean, deviation } = standard;
  const standardized = rows.map(({ features }) => Float64Array.from(features, (x, j) => (x - mean[j]) / deviation[j]));
  const labels = rows.map(({ label }) => label);
  return logisticRegressions(standardized, labels, penalties).map((solution) => ({ ...standard, ...solution }));
}

export function logitOf(features: Float32Array, { mean, deviation, coefficients, intercept }: LinearProbe): number {
  return features.reduce((sum, x, j) => sum + ((x - mean[j]) / deviation[j]) * coefficients[j], intercept);
}

/** Five folds of whole groups, both classes in proportion. */
function foldsOf(rows: readonly LabelledRow[], seed: number) {
  return kFold(
    rows.map(({ group, label }): SplitRow => ({ group, stratum: String(label) })),
    FOLDS,
    { seed },
  );
}

/** The logits of each penalty, of each row by a probe that was fitted without its fold. */
export function logitsInFolds(
  rows: readonly LabelledRow[],
  penalties: readonly number[],
  seed: number,
): Float64Array[] {
  const logits = penalties.map(() => new Float64Array(rows.length));
  for (const { train, test } of foldsOf(rows, seed)) {
    const probes = fitProbes(
      train.map((i) => rows[i]),
      penalties,
    );
    for (const [p, probe] of probes.entries()) for (const i of test) logits[p][i] = logitOf(rows[i].features, probe);
  }
  return logits;
}

/** A logistic regression, its penalty chosen by the AUC in folds. */
export async function fitProbe(rows: readonly LabelledRow[], seed: number) {
  const truth = rows.map(({ label }) => label);
  const inFolds = logitsInFolds(rows, PENALTIES, seed);
  const aucs = await Promise.all(inFolds.map((logits) => score(auc(), truth, logits.map(sigmoid))));
  const foldAuc = Math.max(...aucs);
  const penalty = PENALTIES[aucs.indexOf(foldAuc)];
  return { probe: fitProbes(rows, [penalty])[0], penalty, foldAuc };
}

/** Puts the solution into the head of a task, so that the model gives what the regression gives. */
export function putProbe({ net }: MultitaskModel<string>, task: string, probe: LinearProbe): void {
  const { mean, deviation, coefficients, intercept } = probe;
  tidy(() => {
    const ones = new Float32Array(mean.length).fill(1);
    const standard = net.getLayer(standardLayer(task));
    const { epsilon } = standard.getConfig() as { epsilon: number };
    const variance = Float32Array.from(deviation, (value) => value ** 2 - epsilon);
    const values = [ones, new Float32Array(mean.length), Float32Array.from(mean), variance];
    standard.setWeights(values.map((value) => tensor(value)));
    net
      .getLayer(task)
      .setWeights([tensor(Float32Array.from(coefficients), [mean.length, 1]), tensor(Float32Array.of(intercept))]);
  });
}
