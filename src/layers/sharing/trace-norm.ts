import {
  add,
  customGrad,
  div,
  eye,
  type GradSaveFunc,
  matMul,
  mul,
  reshape,
  type Scalar,
  sqrt,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** Share of a Gramian's trace that is added to its eigenvalues: above the rounding of float32. */
const SMOOTHING = 1e-5;
/** Lets an eigenvalue of SMOOTHING grow to 1 (by a factor of 2.25 each time) and then settle. */
const ITERATIONS = 20;

/** [M, K, K] -> [M, 1, 1]. */
function trace(matrices: Tensor): Tensor {
  return sum(mul(matrices, eye(matrices.shape[1]!)), [1, 2], true);
}

/**
 * The sum of `tr sqrt(G + s e I)` over the Gramians, with `s` the trace of G and `e` = {@link SMOOTHING}, by the
 * coupled Newton-Schulz iteration, which needs nothing but products and so stays on the device. Its gradient is `(G + s
 * e I)^(-1/2) / 2` for the matrix and what comes through `s`. Source: Higham, "Functions of matrices", 2008,
 * doi:10.1137/1.9780898717778, 6.7.
 */
function traceOfRoots(gramians: Tensor3D): Scalar {
  const op = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [input, save] = args as [Tensor3D, GradSaveFunc];
    const identity = eye(input.shape[1]);
    // Biases start at zero, and so do their Gramians.
    const scale = add(trace(input), 1e-12);
    let root: Tensor = add(div(input, scale), mul(identity, SMOOTHING));
    let inverse: Tensor = add(zerosLike(root), identity);
    for (let i = 0; i < ITERATIONS; i++) {
      const step = mul(sub(mul(identity, 3), matMul(inverse, root)), 0.5);
      root = matMul(root, step);
      inverse = matMul(step, inverse);
    }
    const width = sqrt(scale);
    save([div(inverse, width)]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [power] = saved;
      const through = mul(mul(eye(power.shape[1]!), SMOOTHING), trace(power));
      return mul(mul(add(power, through), 0.5), dy);
    };
    return { value: sum(mul(trace(root), width)), gradFunc };
  });
  return op(gramians) as Scalar;
}

/**
 * The sum over `groups` of the trace norm (the sum of the singular values) of the matrix whose rows are the tensors of
 * the group. All groups hold equally many tensors, those of one group have one shape. An eigenvalue `v` of the rows'
 * Gramian counts as `sqrt(v + 1e-5 trace)`, which makes the norm differentiable where rows become equal, and larger by
 * at most 0.32 % of the rows' joint length for each of them.
 */
export function traceNorm(groups: readonly (readonly Tensor[])[]): Scalar {
  const gramians = groups.map((group) => {
    const rows = stack(group.map((x) => reshape(x, [-1])));
    return matMul(rows, rows, false, true);
  });
  return traceOfRoots(stack(gramians) as Tensor3D);
}
