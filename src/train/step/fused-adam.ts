import {
  AdamOptimizer,
  engine,
  mul,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { hasKernel } from '../../internal/has-kernel';

/** A weight with its gradient: `null` where it is frozen, `undefined` where no gradient reached it. */
export interface WeightGradient {
  readonly variable: Variable;
  readonly gradient: Tensor | null | undefined;
}

/** The kernel that updates weights and moments in place. */
const KERNEL = 'AdamUpdate';

/** What tfjs's Adam keeps, private to it. */
interface AdamState {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
  readonly accumulatedFirstMoment: Moment[];
  readonly accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
}

interface Moment {
  readonly originalName: string;
  readonly variable: Variable;
}

/** True where the optimizer's step is that of tfjs's own Adam and the active backend computes it in one kernel. */
export function hasFusedAdam(optimizer: Optimizer): boolean {
  return optimizer.applyGradients === AdamOptimizer.prototype.applyGradients && hasKernel(KERNEL);
}

/**
 * A variable's clones, and tensors that it was made from, share its data; so it must stop sharing before it is changed
 * in place.
 */
function leaveShared(variable: Variable): Variable {
  if (engine().backend.refCount(variable.dataId) !== 1) tidy(() => variable.assign(mul(variable, 1)));
  return variable;
}

/**
 * The step that `optimizer.applyGradients` would make, bit-identical on the same backend, with the same state: one
 * kernel in place of a dozen ops per weight. `factor` multiplies the gradients.
 */
export function stepFusedAdam(optimizer: Optimizer, weights: readonly WeightGradient[], factor?: Scalar): void {
  const adam = optimizer as Optimizer & AdamState;
  const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } = adam;
  const momentOf = (moments: Moment[], i: number, variable: Variable, letter: string): Variable => {
    moments[i] ??= {
      originalName: `${variable.name}/${letter}`,
      variable: tidy(() => zerosLike(variable).variable(false) as Variable),
    };
    return moments[i].variable;
  };
  const inputs: NamedTensorMap = { power1: leaveShared(accBeta1), power2: leaveShared(accBeta2) };
  if (factor) inputs.factor = factor;
  let count = 0;
  for (const [i, { variable, gradient }] of weights.entries()) {
    const first = momentOf(adam.accumulatedFirstMoment, i, variable, 'm');
    const second = momentOf(adam.accumulatedSecondMoment, i, variable, 'v');
    if (gradient === null) continue;
    inputs[`value${count}`] = leaveShared(variable);
    inputs[`first${count}`] = leaveShared(first);
    inputs[`second${count}`] = leaveShared(second);
    if (gradient) inputs[`gradient${count}`] = gradient;
    count++;
  }
  engine().runKernel(KERNEL, inputs, { learningRate, beta1, beta2, epsilon });
  adam.incrementIterations();
}
