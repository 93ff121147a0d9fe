import {
  all,
  cast,
  greater,
  logicalAnd,
  mul,
  notEqual,
  Tensor,
  type Tensor1D,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkSameShape } from '../internal/check';
import { checkBoolean, checkNotDisposed } from '../internal/check-kinds';
import { withUnchecked } from '../internal/unchecked';
import type { Loss } from '../types';
import { checkValues } from './check-values';
import { meanOverElements } from './mean-over-elements';

/** Elements to leave out. */
export interface IgnoreOptions {
  /**
   * A label of what is not known: its elements are left out, whatever they are predicted to be (255 in many masks).
   * Default: none.
   */
  readonly ignoreIndex?: number | undefined;
}

/** What a loss says of itself. */
export type LossTraits = Omit<Loss, 'fromLogits' | 'ignoreIndex'> & { readonly ignoreIndex?: number | undefined };

interface Definition extends LossTraits {
  /** True where the classes of the last axis exclude each other, so that they are known or unknown together. */
  readonly exclusive?: boolean | undefined;
}

/** The loss of each sample, `weight` having an axis of 1 or of the same length for each axis of `yTrue`. */
type Compute<R extends Tensor = Tensor1D> = (yTrue: Tensor, yPred: Tensor, weight?: Tensor) => R;

/** Classes and masks: 0, 1, or a share between them. */
const SHARES = [0, 1] as const;

/** Of a loss over probabilities, whatever the classes have to do with each other. */
export const OF_PROBABILITIES: LossTraits = { labels: SHARES, takes: ['probability', 'distribution'] };

function checkIgnoreIndex(value: number, labels: LossTraits['labels'], name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name}: ignoreIndex must be a number, got ${typeof value}.`);
  if (!Number.isFinite(value)) throw new RangeError(`${name}: ignoreIndex must be finite, got ${value}.`);
  if (labels !== undefined && value >= labels[0] && value <= labels[1]) {
    throw new RangeError(
      `${name}: ignoreIndex must lie outside of [${labels}], where its labels lie, got ${value}: it marks what is not ` +
        'known, such as 255. A weight of 0 leaves out other elements.',
    );
  }
}

const replaceLast = (shape: readonly number[], size: number): number[] => [...shape.slice(0, -1), size];

function checkShapes(yTrue: Tensor, yPred: Tensor, name: string, classNumbers: boolean): void {
  if (classNumbers && yPred.rank > 1) {
    const wanted = replaceLast(yPred.shape, 1);
    if (`${yTrue.shape}` !== `${wanted}`) {
      throw new RangeError(
        `${name}: yTrue must hold numbers of classes, shape [${wanted}] for predictions of shape [${yPred.shape}], got ` +
          `[${yTrue.shape}].`,
      );
    }
  } else {
    checkSameShape(yTrue.shape, yPred.shape, name);
  }
}

function checkInputs(
  tensors: { readonly yTrue: Tensor; readonly yPred: Tensor; readonly weight?: Tensor | undefined },
  name: string,
  { exclusive = false, classNumbers = false }: Definition,
): void {
  for (const [argument, value] of Object.entries(tensors)) {
    if (value !== undefined && !(value instanceof Tensor)) {
      throw new TypeError(`${name}: ${argument} must be a Tensor, got ${typeof value}.`);
    }
    if (value !== undefined) checkNotDisposed(value, `${name}: ${argument}`);
  }
  const { yTrue, yPred, weight } = tensors;
  checkShapes(yTrue, yPred, name, classNumbers);
  if (yPred.rank === 0 || yPred.size === 0) {
    throw new RangeError(`${name}: yTrue and yPred must be [batch, ...] and hold values, got shape [${yPred.shape}].`);
  }
  if (weight === undefined) return;
  const ofPixels = yTrue.rank > 1 ? replaceLast(yTrue.shape, 1) : yTrue.shape;
  const allowed = exclusive ? [ofPixels] : [yTrue.shape, ofPixels];
  if (allowed.some((shape) => `${shape}` === `${weight.shape}`)) return;
  const shapes = [...new Set(allowed.map((shape) => `[${shape}]`))].join(' or ');
  const why =
    exclusive && `${weight.shape}` === `${yTrue.shape}` ? ', as its classes are known or unknown together' : '';
  throw new RangeError(
    `${name}: weight must hold a weight for each element, shape ${shapes}${why}; got [${weight.shape}]. Weights of samples ` +
      'are what its result is multiplied by, or in a trainer `batch.weight`.',
  );
}

/** The inputs without what is not known: zeros there on both sides, which weigh 0. */
function leaveOut(
  [yTrue, yPred, weight]: readonly [yTrue: Tensor, yPred: Tensor, weight: Tensor | undefined],
  { exclusive = false, ignoreIndex }: Definition,
): readonly [yTrue: Tensor, yPred: Tensor, weight?: Tensor] {
  const counts = weight && greater(weight, 0);
  const marked = ignoreIndex === undefined ? undefined : notEqual(yTrue, ignoreIndex);
  const labelled = marked && exclusive ? all(marked, -1, true) : marked;
  const known = counts && labelled ? logicalAnd(counts, labelled) : (counts ?? labelled);
  if (known === undefined) return [yTrue, yPred];
  // NaN times 0 is NaN, so what must not count is replaced and not only weighed.
  const keep = (values: Tensor): Tensor => where(known, values, zerosLike(values));
  const known01 = cast(known, 'float32');
  return [keep(yTrue), keep(yPred), weight && labelled ? mul(weight, known01) : (weight ?? known01)];
}

/**
 * Makes a function of labels and predictions from its computation: checks the tensors, casts them to float (labels often are
 * integers or booleans), and replaces elements that weigh 0 or hold `ignoreIndex` by zeros that weigh 0. `unchecked` does not
 * look at values.
 */
export function defineFunction<R extends Tensor>(
  name: string,
  definition: Definition,
  compute: Compute<R>,
): { readonly checked: Compute<R>; readonly unchecked: Compute<R> } {
  const floats = (values: Tensor): Tensor => cast(values, 'float32');
  const run: Compute<R> = (yTrue, yPred, weight) =>
    tidy(() => compute(...leaveOut([floats(yTrue), floats(yPred), weight && floats(weight)] as const, definition)));
  const unchecked: Compute<R> = (yTrue, yPred, weight) => {
    checkInputs({ yTrue, yPred, weight }, name, definition);
    return run(yTrue, yPred, weight);
  };
  const checked: Compute<R> = (yTrue, yPred, weight) => {
    checkInputs({ yTrue, yPred, weight }, name, definition);
    checkValues({ yTrue, yPred, weight }, name, definition);
    return run(yTrue, yPred, weight);
  };
  return { checked, unchecked };
}

/** Makes a {@link Loss} from its computation, see `defineFunction`. */
export function defineLoss(name: string, definition: Definition, compute: Compute): Loss {
  const { exclusive: _, ignoreIndex, ...traits } = definition;
  if (ignoreIndex !== undefined) checkIgnoreIndex(ignoreIndex, traits.labels, name);
  const { checked, unchecked } = defineFunction(name, definition, compute);
  return withUnchecked(Object.assign(checked, traits, ignoreIndex !== undefined && { ignoreIndex }), unchecked);
}

/** A loss that is the mean of what `compute` returns, over the elements of each sample. */
export function defineMeanLoss(
  name: string,
  definition: Definition,
  compute: (yTrue: Tensor, yPred: Tensor) => Tensor,
): Loss {
  return defineLoss(name, definition, (yTrue, yPred, weight) => meanOverElements(compute(yTrue, yPred), weight));
}

/** What `activation` is given, in place of what it returns. */
interface LogitTraits {
  readonly activation: 'sigmoid' | 'softmax';
  readonly fromLogits: boolean;
}

/** A loss with the option `fromLogits`: from the output of `activation`, or from what that activation is given. */
export function defineLossOfLogits(
  name: string,
  { activation, fromLogits, takes, ...rest }: Definition & LogitTraits,
  compute: (yTrue: Tensor, yPred: Tensor, weight: Tensor | undefined, fromLogits: boolean) => Tensor1D,
): Loss {
  checkBoolean(fromLogits, `${name}: fromLogits`);
  const traits = { ...(rest.classNumbers ? {} : { labels: SHARES }), ...rest };
  const ofLogits = defineLoss(name, { ...traits, takes: ['logit'], activation }, (yTrue, yPred, weight) =>
    compute(yTrue, yPred, weight, true),
  );
  if (fromLogits) return ofLogits;
  const loss = defineLoss(name, { ...traits, ...(takes && { takes }) }, (yTrue, yPred, weight) =>
    compute(yTrue, yPred, weight, false),
  );
  return Object.assign(loss, { fromLogits: ofLogits });
}
