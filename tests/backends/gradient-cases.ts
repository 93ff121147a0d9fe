import * as tf from '@tensorflow/tfjs-core';

/** What is computed, from inputs of which shapes, and where they are drawn from. */
export type GradientCase = readonly [op: unknown, shapes: readonly (readonly number[])[], low?: number, high?: number];

const ids = (values: number[]) => tf.tensor1d(values, 'int32');
const t4 = (x: tf.Tensor) => x as tf.Tensor4D;

// One case at least for every gradient that tfjs-core registers, but those that no backend can give rightly: of complex
// numbers, floorDiv, mirrorPad and prod.
export const gradientCases: Record<string, GradientCase> = {
  abs: [tf.abs, [[2, 3]]],
  acos: [tf.acos, [[5]], -0.9, 0.9],
  acosh: [tf.acosh, [[5]], 1.1, 4],
  add: [tf.add, [[2, 3], [3]]],
  addN: [
    (a: tf.Tensor, b: tf.Tensor) => tf.addN([a, b]),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  asin: [tf.asin, [[5]], -0.9, 0.9],
  asinh: [tf.asinh, [[5]]],
  atan: [tf.atan, [[5]]],
  atan2: [tf.atan2, [[2, 3], [3]]],
  atanh: [tf.atanh, [[5]], -0.9, 0.9],
  avgPool: [(x: tf.Tensor) => tf.avgPool(t4(x), [2, 3], [1, 2], 'valid'), [[2, 5, 6, 3]]],
  'avgPool, padded': [(x: tf.Tensor) => tf.avgPool(t4(x), 3, 2, 'same'), [[2, 5, 6, 3]]],
  'avgPool3d, padded': [(x: tf.Tensor) => tf.avgPool3d(x as tf.Tensor5D, 3, 2, 'same'), [[2, 3, 4, 5, 2]]],
  avgPool3d: [(x: tf.Tensor) => tf.avgPool3d(x as tf.Tensor5D, 2, 1, 'valid'), [[1, 3, 4, 5, 2]]],
  batchNorm: [
    (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor) =>
      tf.batchNorm(t4(x), mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D),
    [[2, 3, 3, 4], [4], [4], [4], [4]],
    0.5,
    2,
  ],
  batchToSpaceND: [
    (x: tf.Tensor) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 1],
          [0, 0],
        ],
      ),
    [[4, 2, 2, 1]],
  ],
  broadcastTo: [(x: tf.Tensor) => tf.broadcastTo(x, [2, 3, 4]), [[3, 1]]],
  cast: [(x: tf.Tensor) => tf.cast(x, 'float32'), [[3]]],
  ceil: [tf.ceil, [[3]]],
  clipByValue: [(x: tf.Tensor) => tf.clipByValue(x, -1, 1), [[10]]],
  concat: [
    (a: tf.Tensor, b: tf.Tensor) => tf.concat([a, b], 1),
    [
      [2, 3, 2],
      [2, 2, 2],
    ],
  ],
  conv2d: [
    (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(t4(x), t4(w), [2, 1], 'same'),
    [
      [2, 7, 6, 3],
      [3, 2, 3, 5],
    ],
  ],
  conv2dTranspose: [
    (x: tf.Tensor, w: tf.Tensor) => tf.conv2dTranspose(t4(x), t4(w), [2, 8, 8, 3], 2, 'same'),
    [
      [2, 4, 4, 5],
      [3, 3, 3, 5],
    ],
  ],
  conv3d: [
    (x: tf.Tensor, w: tf.Tensor) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, 'same'),
    [
      [1, 4, 4, 4, 2],
      [3, 3, 3, 2, 3],
    ],
  ],
  cos: [tf.cos, [[5]]],
  cosh: [tf.cosh, [[5]]],
  cumsum: [(x: tf.Tensor) => tf.cumsum(x, 1, true, true), [[2, 4]]],
  depthwiseConv2d: [
    (x: tf.Tensor, w: tf.Tensor) => tf.depthwiseConv2d(t4(x), t4(w), 2, 'same'),
    [
      [2, 7, 6, 3],
      [3, 3, 3, 2],
    ],
  ],
  dilation2d: [
    (x: tf.Tensor, w: tf.Tensor) => tf.dilation2d(t4(x), w as tf.Tensor3D, 1, 'same'),
    [
      [1, 4, 4, 2],
      [2, 2, 2],
    ],
  ],
  div: [tf.div, [[2, 3], [3]], 0.5, 3],
  elu: [tf.elu, [[10]]],
  erf: [tf.erf, [[5]]],
  exp: [tf.exp, [[5]]],
  expandDims: [(x: tf.Tensor) => tf.expandDims(x, 1), [[4]]],
  expm1: [tf.expm1, [[5]]],
  floor: [tf.floor, [[5]]],
  gather: [(x: tf.Tensor) => tf.gather(x, ids([2, 0, 2, 1]), 1), [[2, 3, 4]]],
  leakyRelu: [(x: tf.Tensor) => tf.leakyRelu(x, 0.1), [[8]]],
  localResponseNormalization: [(x: tf.Tensor) => tf.localResponseNormalization(t4(x), 2), [[1, 3, 3, 6]]],
  log: [tf.log, [[5]], 0.1, 3],
  log1p: [tf.log1p, [[5]], -0.5, 3],
  logSoftmax: [tf.logSoftmax, [[2, 5]]],
  logSumExp: [(x: tf.Tensor) => tf.logSumExp(x, 1), [[2, 4]]],
  matMul: [
    tf.matMul,
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
  ],
  'matMul, transposed': [
    (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, true, true),
    [
      [4, 3],
      [5, 4],
    ],
  ],
  max: [(x: tf.Tensor) => tf.max(x, 1), [[3, 4, 2]]],
  maximum: [
    tf.maximum,
    [
      [3, 4],
      [3, 4],
    ],
  ],
  maxPool: [(x: tf.Tensor) => tf.maxPool(t4(x), 2, 2, 'same'), [[2, 5, 6, 3]]],
  'maxPool of negative values': [(x: tf.Tensor) => tf.maxPool(t4(x), 2, 2, 'same'), [[2, 5, 6, 3]], -3, -1],
  maxPool3d: [(x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'same'), [[1, 3, 4, 5, 2]], -3, -1],
  'maxPool3d of flat windows': [
    (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, [1, 2, 3], [2, 1, 2], 'valid'),
    [[2, 3, 4, 5, 2]],
  ],
  mean: [(x: tf.Tensor) => tf.mean(x, [1, 2]), [[2, 3, 4, 2]]],
  min: [(x: tf.Tensor) => tf.min(x, 1), [[3, 4]]],
  minimum: [
    tf.minimum,
    [
      [3, 4],
      [3, 4],
    ],
  ],
  mod: [tf.mod, [[5], [5]], 0.5, 3],
  mul: [
    tf.mul,
    [
      [2, 3, 4],
      [3, 1],
    ],
  ],
  neg: [tf.neg, [[3]]],
  norm: [(x: tf.Tensor) => tf.norm(x), [[5]]],
  pad: [
    (x: tf.Tensor) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    [[2, 3]],
  ],
  pow: [tf.pow, [[5], [5]], 0.5, 3],
  prelu: [tf.prelu, [[2, 3, 4], [4]]],
  reciprocal: [tf.reciprocal, [[5]], 0.5, 3],
  relu: [tf.relu, [[10]]],
  relu6: [tf.relu6, [[10]], -3, 9],
  reshape: [(x: tf.Tensor) => tf.reshape(x, [3, 2]), [[2, 3]]],
  resizeBilinear: [(x: tf.Tensor) => tf.image.resizeBilinear(t4(x), [7, 5]), [[2, 4, 4, 3]]],
  'resizeBilinear, corners aligned': [(x: tf.Tensor) => tf.image.resizeBilinear(t4(x), [7, 5], true), [[2, 4, 4, 3]]],
  'resizeBilinear, smaller': [(x: tf.Tensor) => tf.image.resizeBilinear(t4(x), [3, 3]), [[2, 5, 5, 3]]],
  resizeNearestNeighbor: [(x: tf.Tensor) => tf.image.resizeNearestNeighbor(t4(x), [8, 12]), [[2, 4, 6, 3]]],
  'resizeBilinear, not square': [(x: tf.Tensor) => tf.image.resizeBilinear(t4(x), [5, 9]), [[2, 4, 3, 2]]],
  'resizeBilinear, pixel centres': [
    (x: tf.Tensor) => tf.image.resizeBilinear(t4(x), [5, 9], false, true),
    [[2, 4, 3, 2]],
  ],
  'resizeNearestNeighbor, pixel centres': [
    (x: tf.Tensor) => tf.image.resizeNearestNeighbor(t4(x), [5, 9], false, true),
    [[2, 4, 3, 2]],
  ],
  'resizeNearestNeighbor, smaller': [(x: tf.Tensor) => tf.image.resizeNearestNeighbor(t4(x), [3, 2]), [[2, 4, 4, 3]]],
  reverse: [(x: tf.Tensor) => tf.reverse(x, [1]), [[2, 3]]],
  round: [tf.round, [[5]]],
  rsqrt: [tf.rsqrt, [[5]], 0.5, 3],
  select: [(a: tf.Tensor, b: tf.Tensor) => tf.where(tf.tensor1d([1, 0, 1, 0], 'bool'), a, b), [[4], [4]]],
  selu: [tf.selu, [[6]]],
  sigmoid: [tf.sigmoid, [[6]]],
  sign: [tf.sign, [[5]]],
  sin: [tf.sin, [[5]]],
  sinh: [tf.sinh, [[5]]],
  slice: [(x: tf.Tensor) => tf.slice(x, [1, 0, 1], [1, 2, 2]), [[3, 3, 4]]],
  softmax: [tf.softmax, [[3, 4]]],
  softplus: [tf.softplus, [[6]]],
  spaceToBatchND: [
    (x: tf.Tensor) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 1],
          [0, 0],
        ],
      ),
    [[1, 3, 4, 1]],
  ],
  split: [(x: tf.Tensor) => tf.sub(...(tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor])), [[2, 2, 3, 4]]],
  sqrt: [tf.sqrt, [[5]], 0.5, 3],
  square: [tf.square, [[5]]],
  squaredDifference: [
    tf.squaredDifference,
    [
      [2, 3],
      [2, 3],
    ],
  ],
  squeeze: [tf.squeeze, [[2, 1, 3]]],
  stack: [
    (a: tf.Tensor, b: tf.Tensor) => tf.stack([a, b], 1),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  step: [tf.step, [[5]]],
  sub: [tf.sub, [[2, 3], [3]]],
  sum: [(x: tf.Tensor) => tf.sum(x, [0, 2]), [[2, 3, 4]]],
  tan: [tf.tan, [[5]], -1, 1],
  tanh: [tf.tanh, [[5]]],
  tile: [(x: tf.Tensor) => tf.tile(x, [2, 3]), [[2, 3]]],
  transpose: [(x: tf.Tensor) => tf.transpose(x, [2, 0, 1]), [[2, 3, 4]]],
  unsortedSegmentSum: [(x: tf.Tensor) => tf.unsortedSegmentSum(x, ids([0, 1, 0, 2]), 3), [[4, 3]]],
  unstack: [(x: tf.Tensor) => tf.sub(...(tf.unstack(x, 1) as [tf.Tensor, tf.Tensor])), [[3, 2, 2]]],
};
