import {
  clipByValue,
  customGrad,
  div,
  type GradSaveFunc,
  log,
  maximum,
  neg,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { EPSILON } from './epsilon';

/** What a probability of 0 counts as in the slope: 1 divided by it is finite, also when it is weighted and summed. */
const LEAST = 1e-30;
/** What `1 - p` counts as where p was rounded to 1: half of the least that it can be otherwise in single precision. */
const LEAST_COMPLEMENT = 2 ** -25;

type Op = (p: Tensor) => Tensor;

/** An op with a slope of its own, which is called with the incoming gradient and the input. */
function withSlope(value: Op, slope: (incoming: Tensor, p: Tensor) => Tensor): Op {
  return customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [p, save] = args as [Tensor, GradSaveFunc];
    save([p]);
    return { value: value(p), gradFunc: (incoming: Tensor, [saved]: Tensor[]) => slope(incoming, saved) };
  });
}

/**
 * `log p`, of `p` within [EPSILON, 1 - EPSILON] as in Keras. Its slope is `1 / p` of the number given: behind a sigmoid
 * a probability of 1e-9 that should be 1 would not learn if the slope were that of the clipped number, 0.
 */
export function logProbability(probabilities: Tensor): Tensor {
  const op = withSlope(
    (p) => log(clipByValue(p, EPSILON, 1 - EPSILON)),
    (incoming, p) => div(incoming, maximum(p, LEAST)),
  );
  return op(probabilities);
}

/** `log(1 - p)`, clipped in the same way. */
export function logComplement(probabilities: Tensor): Tensor {
  const op = withSlope(
    (p) => log(sub(1, clipByValue(p, EPSILON, 1 - EPSILON))),
    (incoming, p) => neg(div(incoming, maximum(sub(1, p), LEAST_COMPLEMENT))),
  );
  return op(probabilities);
}

/** The same of a number that is divided by a sum afterwards: it is clipped from below alone. */
export function logShare(shares: Tensor): Tensor {
  const op = withSlope(
    (p) => log(clipByValue(p, EPSILON, Number.POSITIVE_INFINITY)),
    (incoming, p) => div(incoming, maximum(p, LEAST)),
  );
  return op(shares);
}
