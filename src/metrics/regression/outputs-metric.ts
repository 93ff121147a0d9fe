import { checkChoice, checkInteger } from '../../internal/check';
import type { AnyMetric, Metric } from '../../types';
import { meanOf } from '../core/average';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import { type Pair, readPair } from '../core/read-pair';

/** Options of metrics of regression, such as {@link meanAbsoluteError}. */
export interface RegressionOptions<A extends 'macro' | 'none' = 'macro' | 'none'> extends ZeroDivisionOptions {
  /**
   * How many quantities the last axis holds, which are not pooled. Default: for a trainer's output the length of its
   * last axis; else one, and a last axis of channels (that of `[batch, n]` and of four axes and more) must hold one
   * value.
   */
  readonly outputs?: number | undefined;
  /** The mean over the `outputs`, or an array of their values. Default: `'macro'`. */
  readonly average?: A | undefined;
}

/** The names of {@link RegressionOptions}. */
export const REGRESSION_OPTIONS = ['average', 'outputs', 'zeroDivision'] as const;

/** A number, or numbers for `'none'`. */
export type RegressionValue<A extends 'macro' | 'none'> = A extends 'none' ? number[] : number;

/** A metric of several outputs, but for the reading and the mean. */
export interface OutputsReducer<S> extends Pick<Metric<S>, 'init' | 'merge'> {
  add(state: S, pair: Pair): S;
  /** Of one output. */
  outputValue(state: S, output: number, divide: Divide): number;
}

/** A metric of plain values, for each output alone: value `i` is one of output `i % outputs`. */
export function outputsMetric<S, A extends 'macro' | 'none'>(
  traits: { readonly name: string } & Pick<AnyMetric, 'direction' | 'range'>,
  options: RegressionOptions<A>,
  make: (outputs: number) => OutputsReducer<S>,
): Metric<S, RegressionValue<A>> {
  const { name, ...rest } = traits;
  const { outputs, average = 'macro' } = options;
  if (outputs !== undefined) checkInteger(outputs, 1, `${name}: outputs`);
  checkChoice<string>(average, ['macro', 'none'], `${name}: average`);
  const divide = dividing(name, options);
  const count = outputs ?? 1;
  const { init, merge, add, outputValue } = make(count);
  return {
    ...rest,
    init,
    merge,
    async update(state, yTrue, yPred, weight) {
      const pair = await readPair(name, yTrue, yPred, weight);
      checkOutputs(name, pair.shape, outputs);
      return add(state, pair);
    },
    compute(state) {
      const values = Array.from({ length: count }, (_, output) => outputValue(state, output, divide));
      return (average === 'none' ? values : meanOf(values, divide)) as RegressionValue<A>;
    },
    fitting: {
      axis: ['outputs'],
      given: { outputs },
      fill: (option) => outputsMetric(traits, { ...options, ...option }, make),
    },
  };
}

function checkOutputs(name: string, shape: readonly number[], outputs: number | undefined): void {
  const last = shape[shape.length - 1];
  if (outputs === undefined ? last === 1 || shape.length === 1 || shape.length === 3 : last === outputs) return;
  if (outputs === 1 && shape.length === 1) return;
  throw new RangeError(
    `${name}: the last axis holds ${last} values, got shape [${shape}]: ` +
      (outputs === undefined ? `say how many quantities they are, outputs: ${last}.` : `outputs is ${outputs}.`),
  );
}
