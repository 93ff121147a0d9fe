import {
  cast,
  customGrad,
  equal,
  type GradSaveFunc,
  less,
  minimum,
  mul,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';

/** The slope of the lesser of two with respect to `one`. */
const slope = (one: Tensor, other: Tensor): Tensor =>
  where(equal(one, other), other, cast(less(one, other), 'float32'));

/**
 * How much of each element of a mask and of a prediction, both in [0, 1], is in both: the lesser of the two. For labels of
 * 0 and 1 that is their product. For shares between them the product is too little, `y^2` where both are `y`, so that
 * ratios of it are best where the prediction is 1.
 *
 * Where the two are equal, the slopes are those of the product: labels of 0 and 1 have no others anywhere.
 */
export function overlap(yTrue: Tensor, yPred: Tensor): Tensor {
  const op = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [y, p, save] = args as [Tensor, Tensor, GradSaveFunc];
    save([y, p]);
    const gradFunc = (incoming: Tensor, saved: Tensor[]) => {
      const [savedY, savedP] = saved;
      return [mul(incoming, slope(savedY, savedP)), mul(incoming, slope(savedP, savedY))];
    };
    return { value: minimum(y, p), gradFunc };
  });
  return op(yTrue, yPred);
}
