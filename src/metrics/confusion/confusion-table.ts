import { highest } from '../../internal/highest';
import type { Metric } from '../../types';
import { checkDecisions, cutOff, type DecisionOptions } from '../core/decisions';
import { eachCase, eachValue, type TargetOptions, type Targets } from '../core/read-targets';
import { DECISIONS } from '../core/readings';
import { type TargetTraits, targetMetric } from '../core/target-metric';

/** Decisions by what they should have been. */
export interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Weights of the decisions, `table[true class][predicted class]`. */
export type ConfusionTable = readonly (readonly number[])[];

/** The tables one after another, row by row: one 2 x 2, one of classes x classes, or one of 2 x 2 for each label. */
export type ConfusionState = Float64Array;

/** A metric that is a function of the confusion tables, and of the options that it has in the end. */
export function confusionMetric<O extends DecisionOptions, R>(
  traits: TargetTraits,
  given: O,
  compute: (tables: readonly ConfusionTable[], options: O) => R,
): Metric<ConfusionState, R> {
  const { name } = traits;
  return targetMetric({ ...traits, ...DECISIONS }, given, (options) => {
    checkDecisions(name, options);
    const { classes, labels } = options;
    const tables = labels ?? 1;
    const side = classes ?? 2;
    return {
      init: () => new Float64Array(tables * side * side),
      add(state, targets) {
        const next = Float64Array.from(state);
        if (classes === undefined) tallyDecisions(next, targets, cutOff(name, options, targets));
        else tallyClasses(next, targets);
        return next;
      },
      merge: (a, b) => a.map((value, i) => value + b[i]),
      compute: (state) =>
        compute(
          Array.from({ length: tables }, (_, i) => tableAt(state, i, side)),
          options,
        ),
    };
  });
}

function tallyDecisions(state: ConfusionState, targets: Targets, cut: number): void {
  const { width, yTrue, yPred } = targets;
  eachValue(targets, (i, weight) => {
    state[4 * (i % width) + 2 * yTrue[i] + (yPred[i] >= cut ? 1 : 0)] += weight;
  });
}

function tallyClasses(state: ConfusionState, targets: Targets): void {
  const { width, yTrue, yPred } = targets;
  eachCase(targets, (at, weight) => {
    state[width * highest(yTrue, at, width) + highest(yPred, at, width)] += weight;
  });
}

function tableAt(state: ConfusionState, index: number, side: number): ConfusionTable {
  const row = (i: number) => Array.from(state.subarray((index * side + i) * side, (index * side + i + 1) * side));
  return Array.from({ length: side }, (_, i) => row(i));
}

/**
 * The counts of each class of a table against the others. Sums only, so that rounding cannot turn a weight of zero
 * into a small number.
 */
function countsByClass(table: ConfusionTable): Counts[] {
  const tp = table.map((row, k) => row[k]);
  const fp = table.map(() => 0);
  const fn = table.map(() => 0);
  const tn = table.map(() => 0);
  for (const [truth, row] of table.entries()) {
    const without = sumsWithoutEach(row);
    fn[truth] = without[truth];
    for (let k = 0; k < row.length; k++) {
      if (k === truth) continue;
      fp[k] += row[k];
      tn[k] += without[k];
    }
  }
  return tp.map((_, k) => ({ tp: tp[k], fp: fp[k], fn: fn[k], tn: tn[k] }));
}

function sumsWithoutEach(row: readonly number[]): number[] {
  const result = row.map(() => 0);
  let before = 0;
  let after = 0;
  for (let k = 0; k < row.length; k++) {
    result[k] += before;
    before += row[k];
  }
  for (let k = row.length - 1; k >= 0; k--) {
    result[k] += after;
    after += row[k];
  }
  return result;
}

/** The counts of each class or label; for a binary metric those of the positive class. */
export function countsOf(tables: readonly ConfusionTable[], { classes }: TargetOptions): Counts[] {
  return classes === undefined ? tables.map((table) => countsByClass(table)[1]) : countsByClass(tables[0]);
}
