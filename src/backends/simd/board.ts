/** Byte addresses of the job board, as in wasm/index.as. */
export const BOARD = { job: 1024, done: 1088, bell: 1152, stop: 1288, failed: 1292 } as const;

/** Byte address of a job's arguments, as in wasm/common.as, and how many there may be. */
export const ARGUMENTS = 4096;
export const ARGUMENT_COUNT = 256;

/** Numbers of the kernels, as in wasm/index.as. */
export const KERNEL = {
  convTiles: 0,
  packFilter: 1,
  filterGradient: 2,
  sumParts: 3,
  unary: 4,
  binary: 5,
  comparison: 6,
  select: 7,
  toFloat: 8,
  fill: 9,
  foldRows: 10,
  foldColumns: 11,
  softmaxRows: 12,
  copyBox: 13,
  transposeRows: 14,
  poolRow: 15,
  maxPoolGradient: 16,
  meanPoolGradient: 17,
  pickRow: 18,
  repeatGradientRow: 19,
  blendRow: 20,
  blendGradient: 21,
  winogradFilter: 22,
  winogradTiles: 23,
  winogradGradient: 24,
  pickGradient: 26,
  adamUpdate: 27,
  sumStretch: 28,
  packPairs: 30,
  thinRows: 31,
  thinGradient: 32,
  doubledFilter: 33,
  doubledTiles: 34,
  doubledFilterBack: 35,
  doubledInput: 36,
  doubledGradient: 37,
  depthwiseRow: 40,
  depthwiseGradient: 41,
  columnMoments: 42,
  columnProducts: 43,
  affineColumns: 44,
  volumePoolRow: 45,
  maxVolumeGradient: 46,
  meanVolumeGradient: 47,
} as const;
