import { checkNDArray } from '../internal/check-kinds';
import { fields, finite, integer, listOf, oneOf, optional } from '../internal/readers';
import type { NDArray } from '../types';
import { applySigmoid, type Sigmoid } from './fit-sigmoid';
import { type Kernel, kernelOf } from './kernel';
import { applyScaling, type Scaling } from './scaling';

/** A trained machine as JSON. */
export interface SvmData {
  readonly format: 'tfjs-multitask svm 1';
  readonly kernel: 'linear' | 'polynomial' | 'rbf';
  readonly gamma: number;
  readonly degree: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Standardized; of a linear kernel one, their sum by coefficients. */
  readonly vectors: readonly (readonly number[])[];
  readonly coefficients: readonly number[];
  readonly bias: number;
  /** Of `probabilities`; without it there are none. */
  readonly sigmoid?: { readonly a: number; readonly b: number } | undefined;
}

/** A support-vector machine that tells two classes apart. `features`: `[samples, features]`, as it was trained on. */
export interface Svm {
  /** How many features a sample has. */
  readonly width: number;
  /** How far each sample is on the side of class 1, in margins: `[samples]`. */
  decision(features: NDArray): Float64Array;
  /** The probability of class 1 of each sample: `[samples]`. */
  probabilities(features: NDArray): Float64Array;
  /** The class of each sample, 1 where its decision value is positive: `[samples]`. */
  predict(features: NDArray): Uint8Array;
  /** What `JSON.stringify` writes, and {@link loadSvm} reads once it is parsed. */
  toJSON(): SvmData;
}

/** What a machine computes with. */
export interface SvmParts {
  readonly kernel: Kernel;
  readonly scaling: Scaling;
  readonly vectors: readonly Float64Array[];
  readonly coefficients: readonly number[];
  readonly bias: number;
  readonly sigmoid: Sigmoid | undefined;
}

/** The rows of `[samples, features]`, checked. */
export function readRows(features: NDArray, name: string, width?: number): Float64Array[] {
  checkNDArray(features, name);
  const { data, shape } = features;
  const [samples, columns] = shape;
  if (shape.length !== 2 || samples * columns !== data.length || columns === 0) {
    throw new RangeError(`${name} must have the shape [samples, features], got [${shape}] with ${data.length} values.`);
  }
  if (width !== undefined && columns !== width) {
    throw new RangeError(`${name} must have the ${width} features that the machine was trained on, got ${columns}.`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `row ${Math.floor(bad / columns)}, column ${bad % columns}`;
    throw new RangeError(`${name} must be finite, got ${data[bad]} in ${place}.`);
  }
  return Array.from({ length: samples }, (_, i) => Float64Array.from(data.subarray(i * columns, (i + 1) * columns)));
}

export function makeSvm({ kernel, scaling, vectors, coefficients, bias, sigmoid }: SvmParts): Svm {
  const width = scaling.mean.length;
  const decide = (features: NDArray, caller: string): Float64Array =>
    Float64Array.from(readRows(features, `${caller}: features`, width), (row) => {
      const x = applyScaling(scaling, row);
      return vectors.reduce((sum, vector, i) => sum + coefficients[i] * kernelOf(kernel, vector, x), bias);
    });
  return {
    width,
    decision: (features) => decide(features, 'decision'),
    probabilities(features) {
      if (sigmoid === undefined) {
        throw new Error(
          'probabilities: the machine was trained without probabilities; train it with folds of at least 2.',
        );
      }
      return decide(features, 'probabilities').map((value) => applySigmoid(sigmoid, value));
    },
    predict: (features) => Uint8Array.from(decide(features, 'predict'), (value) => Number(value > 0)),
    toJSON: () => ({
      format: 'tfjs-multitask svm 1',
      kernel: kernel.name,
      gamma: kernel.gamma,
      degree: kernel.degree,
      mean: [...scaling.mean],
      deviation: [...scaling.deviation],
      vectors: vectors.map((vector) => [...vector]),
      coefficients: [...coefficients],
      bias,
      ...(sigmoid && { sigmoid: { ...sigmoid } }),
    }),
  };
}

const numbers = listOf(finite());
const readData = fields({
  format: oneOf(['tfjs-multitask svm 1']),
  kernel: oneOf(['linear', 'polynomial', 'rbf']),
  gamma: finite(0),
  degree: integer(1),
  mean: numbers,
  deviation: listOf(finite(Number.MIN_VALUE)),
  vectors: listOf(numbers),
  coefficients: numbers,
  bias: finite(),
  sigmoid: optional(fields({ a: finite(), b: finite() })),
});

/**
 * A machine from what its `toJSON` returned.
 *
 * It needs no package: it predicts wherever JavaScript runs.
 *
 * @throws {RangeError} for another format, numbers that are not finite, and lengths that do not fit.
 * @throws {TypeError} for data of another kind.
 * @example
 * ```ts
 * import { loadSvm, trainSvm } from 'tfjs-multitask/svm';
 *
 * const features = { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [6, 1] };
 * const svm = await trainSvm({ features, labels: [0, 0, 0, 1, 1, 1] }, { kernel: 'linear', folds: 0 });
 * const loaded = loadSvm(JSON.parse(JSON.stringify(svm)));
 * console.log(loaded.predict(features)); // 0, 0, 0, 1, 1, 1
 * ```
 */
export function loadSvm(data: SvmData): Svm {
  const at = 'loadSvm: data';
  const { kernel: name, gamma, degree, mean, deviation, vectors, coefficients, bias, sigmoid } = readData(data, at);
  const fits = [mean, deviation, ...vectors].every(({ length }) => length === mean.length);
  if (!fits || mean.length === 0 || coefficients.length !== vectors.length) {
    throw new RangeError(
      `${at}: expected a deviation and vectors of as many numbers as mean (${mean.length}), and as many coefficients as vectors.`,
    );
  }
  return makeSvm({
    kernel: { name, gamma, degree },
    scaling: { mean: Float64Array.from(mean), deviation: Float64Array.from(deviation) },
    vectors: vectors.map((vector) => Float64Array.from(vector)),
    coefficients,
    bias,
    sigmoid,
  });
}
