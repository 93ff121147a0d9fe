import type { Tensor } from '@tensorflow/tfjs-core';
import { type Allowed, findOutside } from '../internal/find-outside';
import { valuesAtHand } from '../internal/values-at-hand';
import type { Loss } from '../types';
import { classesOf } from './class-weights';

interface Inputs {
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
  readonly weight?: Tensor | undefined;
}

function checkTensor(tensor: Tensor, argument: string, allowed: Allowed, say: string): void {
  const values = valuesAtHand(tensor);
  if (values === undefined) return;
  const at = findOutside(values, allowed);
  if (at < 0) return;
  const perSample = values.length / tensor.shape[0];
  const sample = Math.floor(at / perSample);
  throw new RangeError(
    `${argument} holds ${values[at]} in sample ${sample} (value ${at - sample * perSample}); ${say}.`,
  );
}

/**
 * Throws for labels and probabilities that the loss cannot mean, and for weights below 0: read where that costs nothing,
 * in memory of the CPU.
 */
export function checkValues(
  { yTrue, yPred, weight }: Inputs,
  name: string,
  {
    labels,
    takes,
    classNumbers,
    ignoreIndex,
  }: Pick<Loss, 'labels' | 'takes' | 'classNumbers'> & { readonly ignoreIndex?: number | undefined },
): void {
  if (weight)
    checkTensor(weight, `${name}: weight`, { range: [0, Infinity] }, 'weights must be at least 0, and finite');
  const weights = weight && valuesAtHand(weight);
  if (classNumbers) {
    const range = [0, classesOf(yPred) - 1] as const;
    const say = `labels must be the numbers of classes, ${range[0]} to ${range[1]}, or ignoreIndex`;
    checkTensor(yTrue, `${name}: yTrue`, { range, whole: true, also: ignoreIndex, weights }, say);
  } else if (labels) {
    const say = `labels must lie in [${labels.join(', ')}]: divide masks of 0 and 255 by 255, or name what is not known, ignoreIndex`;
    checkTensor(yTrue, `${name}: yTrue`, { range: labels, also: ignoreIndex, weights }, say);
  }
  if (takes?.includes('distribution')) {
    const say =
      'it takes probabilities, in [0, 1]: give it what a sigmoid or a softmax returns, or of logits fromLogits: true where ' +
      'the loss has it';
    checkTensor(yPred, `${name}: yPred`, { range: [0, 1], weights }, say);
  }
}
