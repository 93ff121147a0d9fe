import type libsvm from 'libsvm-js/asm.js';
import { type Kernel, kernelOf } from './kernel';

type Libsvm = Awaited<typeof libsvm>;

/** A decision function: `sum_i coefficients[i] kernel(rows[indices[i]], x) + bias`, positive for class 1. */
export interface Solution {
  readonly indices: readonly number[];
  readonly coefficients: readonly number[];
  readonly bias: number;
}

/** What is to be solved, of standardized rows. */
export interface Problem {
  readonly rows: readonly Float64Array[];
  /** 0 or 1. */
  readonly labels: readonly number[];
  readonly kernel: Kernel;
  /** The most that a sample of class 0 and of class 1 may weigh. */
  readonly costs: readonly [number, number];
  readonly tolerance: number;
}

/** The coefficients in a model as LIBSVM writes it, positive for the class that it names first. */
function readCoefficients(text: string): { readonly first: number; readonly coefficients: number[] } {
  const [head, body] = text.split('\nSV\n');
  const first = Number(/^label (-?\d+)/m.exec(head)?.[1]);
  const lines = body.trim().split('\n');
  return { first, coefficients: lines.map((line) => Number(line.split(' ', 1)[0])) };
}

/**
 * What is added to the sum, as LIBSVM computes it, which writes 6 digits of it: the mean over the samples that neither bound holds, on the
 * margin; without any the middle of what the bounds leave. `sums[i]`: the sum for sample i.
 */
function biasOf({ labels, costs }: Problem, weights: ReadonlyMap<number, number>, sums: Float64Array): number {
  const free: number[] = [];
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [i, label] of labels.entries()) {
    const sign = label === 1 ? 1 : -1;
    const weight = Math.abs(weights.get(i) ?? 0);
    const onMargin = sign - sums[i];
    if (weight > 0 && weight < costs[label] * (1 - 1e-9)) free.push(onMargin);
    else if (weight > 0 === (sign === 1)) high = Math.min(high, onMargin);
    else low = Math.max(low, onMargin);
  }
  if (free.length > 0) return free.reduce((sum, one) => sum + one, 0) / free.length;
  return (low + high) / 2;
}

/**
 * Solves the dual problem of a C-SVM by LIBSVM. It is given the values of the kernel (they fit any number of features, and are not
 * rounded as those that it would write), each row behind its number, as its precomputed kernels are.
 *
 * Source: Chang, Lin, "LIBSVM: a library for support vector machines", 2011, doi:10.1145/1961189.1961199.
 */
export function solve(Machine: Libsvm, problem: Problem): Solution {
  const { rows, labels, kernel, costs, tolerance } = problem;
  const n = rows.length;
  const values = rows.map(() => new Float64Array(n + 1));
  for (let i = 0; i < n; i++) {
    values[i][0] = i + 1;
    for (let j = 0; j <= i; j++) values[i][j + 1] = values[j][i + 1] = kernelOf(kernel, rows[i], rows[j]);
  }
  const machine = new Machine({
    type: Machine.SVM_TYPES.C_SVC,
    kernel: Machine.KERNEL_TYPES.PRECOMPUTED,
    cost: 1,
    weight: { 0: costs[0], 1: costs[1] },
    tolerance,
    quiet: true,
  });
  try {
    machine.train(values, labels);
    const indices = machine.getSVIndices();
    const { first, coefficients: signed } = readCoefficients(machine.serializeModel());
    const coefficients = signed.map((value) => (first === 1 ? value : -value));
    const sums = Float64Array.from(labels, (_, i) =>
      indices.reduce((sum, index, k) => sum + coefficients[k] * values[i][index + 1], 0),
    );
    const weights = new Map(indices.map((index, k) => [index, coefficients[k]]));
    return { indices, coefficients, bias: biasOf(problem, weights, sums) };
  } finally {
    machine.free();
  }
}
