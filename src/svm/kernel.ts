/** How alike two samples are: their inner product, or a function of it. */
export type KernelName = 'linear' | 'polynomial' | 'rbf';

export interface Kernel {
  readonly name: KernelName;
  readonly gamma: number;
  readonly degree: number;
}

function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/** The kernel of two standardized samples; of `polynomial` with the constant 1, so that lower degrees are in it. */
export function kernelOf({ name, gamma, degree }: Kernel, a: Float64Array, b: Float64Array): number {
  if (name === 'linear') return innerProduct(a, b);
  if (name === 'rbf') return Math.exp(-gamma * squaredDistance(a, b));
  return (gamma * innerProduct(a, b) + 1) ** degree;
}
