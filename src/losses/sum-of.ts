import { addN, mul, sigmoid, softmax, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkArray, checkFunction } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { unchecked, withUnchecked } from '../internal/unchecked';
import type { Loss, OutputKind } from '../types';

/** Options of {@link sumOf}. */
export interface SumOfOptions {
  /** At least 0, one for each loss. Default: 1 for each. */
  readonly weights?: readonly number[] | undefined;
}

type Activation = NonNullable<Loss['activation']>;

const ACTIVATIONS = { sigmoid, softmax: (x: Tensor) => softmax(x) } as const;
const RETURNS = { sigmoid: 'probability', softmax: 'distribution' } as const satisfies Record<Activation, OutputKind>;

type Traits = Omit<Loss, 'fromLogits'>;

/** The traits that losses can only have together. */
function readShared(losses: readonly Loss[]): Pick<Loss, 'ignoreIndex' | 'classNumbers'> {
  const shared: Record<string, unknown> = {};
  for (const trait of ['ignoreIndex', 'classNumbers'] as const) {
    const values = losses.map((loss) => loss[trait]);
    if (new Set(values).size > 1) {
      const said = values.map((value, i) => `${value ?? 'none'} of loss ${i}`).join(', ');
      throw new RangeError(`sumOf: all losses must have the same ${trait}, got ${said}.`);
    }
    if (values[0] !== undefined) shared[trait] = values[0];
  }
  return shared;
}

/** The kinds of output that all losses take. */
function readTakes(losses: readonly Loss[]): Pick<Loss, 'takes'> {
  const said = losses.flatMap(({ takes }) => (takes === undefined ? [] : [takes]));
  if (said.length === 0) return {};
  const takes = said.reduce((common, kinds) => common.filter((kind) => kinds.includes(kind)));
  if (takes.length > 0) return { takes };
  throw new RangeError(
    `sumOf: no output suits all losses: they take ${said.map((kinds) => kinds.join(' or ')).join('; ')}. Leave out ` +
      'fromLogits where some have it (a trainer computes them from the logits anyway), or sum losses of one kind of output.',
  );
}

/** The labels that suit all losses. */
function readLabels(losses: readonly Loss[]): Pick<Loss, 'labels'> {
  const ranges = losses.flatMap(({ labels }) => (labels === undefined ? [] : [labels]));
  if (ranges.length === 0) return {};
  const [low, high] = [Math.max(...ranges.map((range) => range[0])), Math.min(...ranges.map((range) => range[1]))];
  if (low <= high) return { labels: [low, high] };
  const said = ranges.map((range) => `[${range}]`).join('; ');
  throw new RangeError(`sumOf: no label suits all losses: they lie in ${said}. Sum losses of the same labels.`);
}

/** What makes probabilities of the logits that losses take. */
function readActivation(losses: readonly Loss[]): Pick<Loss, 'activation'> {
  const [activation, ...others] = new Set(losses.flatMap((loss) => loss.activation ?? []));
  if (others.length === 0) return activation === undefined ? {} : { activation };
  throw new RangeError(
    'sumOf: one loss reads logits through a sigmoid, another through a softmax: sum losses of one kind.',
  );
}

function addUp(losses: readonly Loss[], weights: readonly number[], traits: Traits): Loss {
  const total: Loss = (yTrue, yPred, weight) => {
    const short = weight && losses.findIndex((loss) => loss.length < 3);
    if (short !== undefined && short >= 0) {
      throw new RangeError(
        `sumOf: a weight for each element was given, and loss ${short} takes no third argument \`weight\`: give it one.`,
      );
    }
    const each = (loss: Loss): Tensor1D => (weight ? loss(yTrue, yPred, weight) : loss(yTrue, yPred));
    return tidy(() => addN(losses.map((loss, i) => mul<Tensor1D>(each(loss), weights[i]))));
  };
  return Object.assign(total, traits);
}

/** The sum, whose losses look at values, with the sum of their forms that do not. */
function addUpBoth(losses: readonly Loss[], weights: readonly number[], traits: Traits): Loss {
  return withUnchecked(addUp(losses, weights, traits), addUp(losses.map(unchecked), weights, traits));
}

/** The losses as they are computed from the logits in front of an activation: those with no such form get its result. */
function lossesOfLogits(losses: readonly Loss[], activation: Activation): Loss[] {
  return losses.map((own) => {
    if (own.fromLogits?.activation === activation) return own.fromLogits;
    const loss = unchecked(own);
    const activate = (logits: Tensor): Tensor => ACTIVATIONS[activation](logits);
    return loss.length < 3
      ? (yTrue, yPred) => loss(yTrue, activate(yPred))
      : (yTrue, yPred, weight) => loss(yTrue, activate(yPred), weight);
  });
}

/**
 * The weighted sum of several losses of one task.
 *
 * `sum_i weights_i losses_i(yTrue, yPred)`
 *
 * `yTrue`, `yPred`: `[batch, ...]`, as all of the losses take them.
 *
 * It takes the kinds of output and the labels that all of them take. A trainer computes it from the logits in front of a
 * sigmoid or softmax where one of them has such a form; the others then get the activated logits. Weights of elements are
 * passed on to each.
 *
 * MONAI's `DiceCELoss` and nnU-Net's compound loss are sums of this kind.
 *
 * @throws {RangeError} for an unknown option, no losses, a negative weight, a number of weights other than that of the
 * losses, and losses that no output or no label suits, or that leave out different labels; when the loss is called with
 * weights of elements.
 * @throws {RangeError} where a loss takes none.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { mae, mse, sumOf } from 'tfjs-multitask/losses';
 *
 * sumOf([mse(), mae()], { weights: [1, 0.5] })(tensor2d([[0, 1]]), tensor2d([[0, 0.5]])); // [0.25]
 * ```
 */
export function sumOf(losses: readonly Loss[], options: SumOfOptions = {}): Loss {
  checkOptions(options, ['weights'], 'sumOf');
  checkArray(losses, 'sumOf: losses');
  for (const [i, loss] of losses.entries()) checkFunction(loss, `sumOf: loss ${i}`, 'mse()');
  const { weights = losses.map(() => 1) } = options;
  checkArray(weights, 'sumOf: weights');
  if (losses.length === 0) throw new RangeError('sumOf: losses must hold at least one loss, got none.');
  if (weights.length !== losses.length) {
    throw new RangeError(`sumOf: weights must hold one weight a loss, got ${weights.length} for ${losses.length}.`);
  }
  for (const weight of weights) checkRange(weight, 0, Number.POSITIVE_INFINITY, 'sumOf: weights');
  const shared = { ...readShared(losses), ...readLabels(losses) };
  const { takes } = readTakes(losses);
  const total = addUpBoth(losses, weights, { ...shared, ...(takes && { takes }), ...readActivation(losses) });
  const activation = losses
    .map((loss) => loss.fromLogits?.activation)
    .find((name) => name !== undefined && (takes === undefined || takes.includes(RETURNS[name])));
  if (activation === undefined) return total;
  const ofLogits = addUpBoth(lossesOfLogits(losses, activation), weights, { ...shared, takes: ['logit'], activation });
  return Object.assign(total, { fromLogits: ofLogits });
}
