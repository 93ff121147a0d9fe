/** How close to 0 a number may come before its logarithm or a power of it is taken: Keras's epsilon. */
export const EPSILON = 1e-7;
