import type libsvm from 'libsvm-js/asm.js';
import { checkChoice, checkInteger, checkRange } from '../internal/check';
import { checkArray, checkFinite, checkRecord, checkText } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { refuse } from '../internal/refuse';
import type { NDArray } from '../types';
import { fitSigmoid, type Sigmoid } from './fit-sigmoid';
import { drawFolds } from './folds';
import { type Kernel, type KernelName, kernelOf } from './kernel';
import { loadLibsvm } from './load-libsvm';
import { applyScaling, fitScaling } from './scaling';
import { solve } from './solve';
import { makeSvm, readRows, type Svm, type SvmParts } from './svm';

/** What {@link trainSvm} learns from. */
export interface SvmSamples {
  /** `[samples, features]`, such as those of `extractFeatures`. */
  readonly features: NDArray;
  /** The class of each sample: 0 or 1. */
  readonly labels: ArrayLike<number>;
  /** Samples of one group (a patient) are in one fold. Default: each is alone. */
  readonly groups?: readonly string[] | undefined;
}

/** Options of {@link trainSvm}. */
export interface SvmOptions {
  /** Default: `'rbf'`. */
  readonly kernel?: KernelName | undefined;
  /** What a sample on the wrong side of its margin costs, per margin: the larger, the closer the fit. Default: 1. */
  readonly c?: number | undefined;
  /** How narrow `'rbf'` is, in standardized features. Default: 1 divided by the features that are not constant. */
  readonly gamma?: number | undefined;
  /** Of `'polynomial'`. Default: 3. */
  readonly degree?: number | undefined;
  /** How much `c` counts for class 0 and class 1; `'balanced'`: as much as the other class is more frequent. Default: `[1, 1]`. */
  readonly classWeights?: readonly [number, number] | 'balanced' | undefined;
  /** The folds by whose decision values probabilities are calibrated; 0: no probabilities. Default: 5. */
  readonly folds?: number | undefined;
  /** Draws the folds. Default: 0. */
  readonly seed?: number | undefined;
  /** How exactly LIBSVM solves its problem. Default: 1e-3. */
  readonly tolerance?: number | undefined;
}

type Settings = Required<Omit<SvmOptions, 'gamma'>> & { readonly gamma: number | undefined };

/** LIBSVM keeps 16 bytes for each pair of samples. */
const MOST_SAMPLES = 8000;

function readOptions(options: SvmOptions): Settings {
  checkOptions(options, ['kernel', 'c', 'gamma', 'degree', 'classWeights', 'folds', 'seed', 'tolerance'], 'trainSvm');
  const { kernel = 'rbf', c = 1, gamma, degree = 3, classWeights = [1, 1] } = options;
  const { folds = 5, seed = 0, tolerance = 1e-3 } = options;
  checkChoice(kernel, ['linear', 'polynomial', 'rbf'], 'trainSvm: kernel');
  checkRange(c, Number.MIN_VALUE, Number.MAX_VALUE, 'trainSvm: c');
  if (gamma !== undefined) checkRange(gamma, Number.MIN_VALUE, Number.MAX_VALUE, 'trainSvm: gamma');
  checkInteger(degree, 1, 'trainSvm: degree');
  if (classWeights !== 'balanced') {
    checkArray(classWeights, 'trainSvm: classWeights');
    const { length } = classWeights as readonly number[];
    if (length !== 2) refuse('trainSvm: classWeights', 'be one for class 0 and one for class 1', length);
    for (const weight of classWeights) checkRange(weight, Number.MIN_VALUE, Number.MAX_VALUE, 'trainSvm: classWeights');
  }
  checkInteger(folds, 0, 'trainSvm: folds');
  if (folds === 1) refuse('trainSvm: folds', 'be 0, or at least 2', folds);
  checkInteger(seed, 0, 'trainSvm: seed');
  checkRange(tolerance, Number.MIN_VALUE, 1, 'trainSvm: tolerance');
  return { kernel, c, gamma, degree, classWeights, folds, seed, tolerance };
}

interface Samples {
  readonly rows: readonly Float64Array[];
  readonly labels: readonly number[];
  readonly groups: readonly string[];
}

function readSamples(samples: SvmSamples): Samples {
  checkRecord(samples, 'trainSvm: samples');
  checkOptions(samples, ['features', 'labels', 'groups'], 'trainSvm');
  const rows = readRows(samples.features, 'trainSvm: features');
  if (rows.length > MOST_SAMPLES) refuse('trainSvm: features', `have at most ${MOST_SAMPLES} samples`, rows.length);
  if (!ArrayBuffer.isView(samples.labels)) checkArray(samples.labels, 'trainSvm: labels');
  const labels = Array.from(samples.labels);
  if (labels.length !== rows.length) {
    throw new RangeError(`trainSvm: labels must be one for each of the ${rows.length} samples, got ${labels.length}.`);
  }
  for (const label of labels) {
    checkFinite(label, 'trainSvm: labels');
    if (label !== 0 && label !== 1)
      refuse('trainSvm: labels', 'be 0 or 1; for more classes train a machine for each', label);
  }
  for (const label of [0, 1])
    if (!labels.includes(label)) refuse('trainSvm: labels', 'hold both classes', `no ${label}`);
  const { groups = labels.map((_, i) => String(i)) } = samples;
  checkArray(groups, 'trainSvm: groups');
  for (const group of groups) checkText(group, 'trainSvm: groups');
  if (groups.length !== rows.length) {
    throw new RangeError(`trainSvm: groups must be one for each of the ${rows.length} samples, got ${groups.length}.`);
  }
  return { rows, labels, groups };
}

function costsOf({ c, classWeights }: Settings, labels: readonly number[]): [number, number] {
  const counts = [0, 1].map((label) => labels.filter((one) => one === label).length);
  const weights = classWeights === 'balanced' ? counts.map((count) => labels.length / (2 * count)) : classWeights;
  return [c * weights[0], c * weights[1]];
}

/** A machine without probabilities, of some of the samples. */
function fit(Libsvm: Awaited<typeof libsvm>, { rows, labels }: Omit<Samples, 'groups'>, settings: Settings): SvmParts {
  const { varying, ...scaling } = fitScaling(rows);
  const { kernel: name, degree, tolerance, gamma = 1 / Math.max(1, varying) } = settings;
  const kernel: Kernel = { name, gamma, degree };
  const scaled = rows.map((row) => applyScaling(scaling, row));
  const { indices, coefficients, bias } = solve(Libsvm, {
    rows: scaled,
    labels,
    kernel,
    costs: costsOf(settings, labels),
    tolerance,
  });
  const vectors = indices.map((index) => scaled[index]);
  if (name !== 'linear') return { kernel, scaling, vectors, coefficients, bias, sigmoid: undefined };
  const sum = scaling.mean.map((_, j) => vectors.reduce((total, vector, i) => total + coefficients[i] * vector[j], 0));
  return { kernel, scaling, vectors: [sum], coefficients: [1], bias, sigmoid: undefined };
}

/** Calibrates by the decision values that each sample has from a machine which did not see its fold. */
function calibrate(Libsvm: Awaited<typeof libsvm>, { rows, labels, groups }: Samples, settings: Settings): Sigmoid {
  const folds = drawFolds(labels, groups, settings.folds, settings.seed);
  const decisions = new Float64Array(rows.length);
  for (let fold = 0; fold < settings.folds; fold++) {
    const others = [...rows.keys()].filter((i) => folds[i] !== fold);
    const own = { rows: others.map((i) => rows[i]), labels: others.map((i) => labels[i]) };
    for (const label of [0, 1]) {
      if (own.labels.includes(label)) continue;
      throw new RangeError(
        `trainSvm: without fold ${fold} no sample of class ${label} is left; take fewer folds than ${settings.folds}, or 0 ` +
          'for a machine without probabilities.',
      );
    }
    const { kernel, scaling, vectors, coefficients, bias } = fit(Libsvm, own, settings);
    for (const [i, row] of rows.entries()) {
      if (folds[i] !== fold) continue;
      const x = applyScaling(scaling, row);
      decisions[i] = vectors.reduce((sum, vector, k) => sum + coefficients[k] * kernelOf(kernel, vector, x), bias);
    }
  }
  return fitSigmoid(decisions, labels);
}

/**
 * Trains a support-vector machine (C-SVM) that tells two classes apart, by LIBSVM, with probabilities.
 *
 * Features are standardized by the mean and deviation of each, which the machine keeps. Probabilities are a sigmoid of decision values
 * (Platt scaling) that is fitted to those of samples in folds which were not trained on. All is a function of the samples, the options
 * and the seed. Training takes the optional peer `libsvm-js`, in Node; what it returns needs nothing.
 *
 * `features`: `[samples, features]`; `labels`: `[samples]`.
 *
 * | scikit-learn | here |
 * | --- | --- |
 * | `make_pipeline(StandardScaler(), SVC(C=c, gamma=g))` | `{ c, gamma: g, folds: 0 }` |
 * | `SVC(kernel='poly', coef0=1)` | `{ kernel: 'polynomial' }` |
 * | `SVC(class_weight='balanced')` | `{ classWeights: 'balanced' }` |
 * | `CalibratedClassifierCV(svc, ensemble=False)` | `{ folds: 5 }` |
 *
 * Source: Chang, Lin, "LIBSVM", 2011, doi:10.1145/1961189.1961199; Lin, Lin, Weng, "A note on Platt's probabilistic outputs for support
 * vector machines", 2007, doi:10.1007/s10994-007-5018-6.
 *
 * @throws {RangeError} for labels that are not 0 and 1, features that are not finite, more than 8000 samples, folds that leave one class
 * alone, and options out of their range.
 * @throws {TypeError} for features, labels or options of another kind.
 * @throws {Error} where `libsvm-js` is not installed.
 * @example
 * ```ts
 * import { trainSvm } from 'tfjs-multitask/svm';
 *
 * const features = { data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7), shape: [8, 1] };
 * const labels = [0, 0, 0, 0, 1, 1, 1, 1];
 * const svm = await trainSvm({ features, labels }, { kernel: 'linear', folds: 2, seed: 1 });
 * console.log(svm.predict(features), svm.probabilities(features));
 * ```
 */
export async function trainSvm(samples: SvmSamples, options: SvmOptions = {}): Promise<Svm> {
  const settings = readOptions(options);
  const read = readSamples(samples);
  const Libsvm = await loadLibsvm();
  const parts = fit(Libsvm, read, settings);
  const sigmoid = settings.folds === 0 ? undefined : calibrate(Libsvm, read, settings);
  return makeSvm({ ...parts, sigmoid });
}
