import { cast, mean, reshape, Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { checkSameShape } from '../internal/check';
import type { Loss } from '../types';

function checkInputs(yTrue: Tensor, yPred: Tensor, name: string): void {
  for (const [argument, value] of Object.entries({ yTrue, yPred })) {
    if (!(value instanceof Tensor)) throw new TypeError(`${name}: ${argument} must be a Tensor, got ${typeof value}.`);
  }
  checkSameShape(yTrue.shape, yPred.shape, name);
  if (yPred.rank === 0 || yPred.size === 0) {
    throw new RangeError(`${name}: yTrue and yPred must be [batch, ...] and hold values, got shape [${yPred.shape}].`);
  }
}

/** Classes and masks: 0, 1, or a share between them. */
export const SHARES = [0, 1] as const;

/** What a loss says of itself. */
export type LossTraits = Pick<Loss, 'labels' | 'takes' | 'activation'>;

/** Of a loss over probabilities, whatever the classes have to do with each other. */
export const OF_PROBABILITIES: LossTraits = { labels: SHARES, takes: ['probability', 'distribution'] };

/**
 * Makes a {@link Loss} from its computation: checks the two tensors, casts them to float (labels often are integers or
 * booleans), and averages the result of `compute` over all but the batch axis.
 */
export function defineLoss(name: string, traits: LossTraits, compute: (yTrue: Tensor, yPred: Tensor) => Tensor): Loss {
  const loss: Loss = (yTrue, yPred) => {
    checkInputs(yTrue, yPred, name);
    return tidy(() => {
      const values = compute(cast(yTrue, 'float32'), cast(yPred, 'float32'));
      return values.rank === 1 ? (values as Tensor1D) : mean<Tensor1D>(reshape(values, [values.shape[0], -1]), 1);
    });
  };
  return Object.assign(loss, traits);
}

/** A loss with the option `fromLogits`: from the output of `activation`, or from what that activation is given. */
export function defineLossOfLogits(
  name: string,
  { activation, fromLogits }: { readonly activation: 'sigmoid' | 'softmax'; readonly fromLogits: boolean },
  takes: LossTraits['takes'],
  compute: (yTrue: Tensor, yPred: Tensor, fromLogits: boolean) => Tensor,
): Loss {
  const ofLogits = defineLoss(name, { labels: SHARES, takes: ['logit'], activation }, (yTrue, yPred) =>
    compute(yTrue, yPred, true),
  );
  if (fromLogits) return ofLogits;
  const loss = defineLoss(name, { labels: SHARES, ...(takes && { takes }) }, (yTrue, yPred) =>
    compute(yTrue, yPred, false),
  );
  return Object.assign(loss, { fromLogits: ofLogits });
}
