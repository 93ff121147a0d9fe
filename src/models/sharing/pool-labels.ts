import {
  avgPool,
  cast,
  div,
  fill,
  greater,
  mul,
  notEqual,
  onesLike,
  type Tensor,
  type Tensor4D,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** The labels of a batch, with a weight for each sample or element. */
interface Labels {
  readonly label: Tensor;
  readonly weight: Tensor | undefined;
}

const meansOf = (values: Tensor, factor: number): Tensor =>
  avgPool(cast(values as Tensor4D, 'float32'), factor, factor, 'valid');

/**
 * Labels at `1 / factor` of their sides: the means of what is known. Weights of samples are handed on, those of elements
 * are averaged. Where nothing is known the label is `ignoreIndex`, or without one 0, which then weighs 0.
 */
export function poolLabels(
  { label, weight }: Labels,
  factor: number,
  { ignoreIndex }: { readonly ignoreIndex?: number | undefined },
): Labels {
  const ofElements = weight !== undefined && weight.rank > 1 ? weight : undefined;
  if (ofElements === undefined && ignoreIndex === undefined)
    return { label: tidy(() => meansOf(label, factor)), weight };
  const pooled = tidy(() => {
    const marked = ignoreIndex === undefined ? onesLike(label) : cast(notEqual(label, ignoreIndex), 'float32');
    const counts = ofElements ? mul(marked, ofElements) : marked;
    const known = where(greater(counts, 0), label, zerosLike(label));
    const amount = meansOf(counts, factor);
    const isKnown = greater(amount, 0);
    const means = div(meansOf(mul(known, counts), factor), where(isKnown, amount, onesLike(amount)));
    return {
      label: where(isKnown, means, fill(means.shape, ignoreIndex ?? 0)),
      ...(ofElements && { weight: meansOf(ofElements, factor) }),
    };
  });
  return { weight, ...pooled };
}
