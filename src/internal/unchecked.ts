import type { Loss } from '../types';

const UNCHECKED = Symbol('unchecked');

/** A loss together with its form that does not look at values, for a trainer, which has looked at them. */
export function withUnchecked(loss: Loss, form: Loss): Loss {
  return Object.defineProperty(loss, UNCHECKED, { value: form });
}

/** A loss that does not look at values and says the same of itself; the loss itself where it has no such form. */
export function unchecked(loss: Loss): Loss {
  const { [UNCHECKED]: form } = loss as Loss & { readonly [UNCHECKED]?: Loss };
  if (form === undefined) return loss;
  const copy: Loss = (yTrue, yPred, weight) => form(yTrue, yPred, weight);
  return Object.assign(copy, loss);
}
