import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tensor2d, train, zeros } from '@tensorflow/tfjs-core';
import { input, type LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { AnyMetric, Loss } from 'tfjs-multitask';
import * as data from 'tfjs-multitask/data';
import * as exporting from 'tfjs-multitask/export';
import * as parts from 'tfjs-multitask/layers';
import * as losses from 'tfjs-multitask/losses';
import * as metrics from 'tfjs-multitask/metrics';
import * as models from 'tfjs-multitask/models';
import * as node from 'tfjs-multitask/node';
import * as svm from 'tfjs-multitask/svm';
import * as training from 'tfjs-multitask/train';
import * as weights from 'tfjs-multitask/weights';
import { tinyLosses, tinyModel } from '../training/tiny';
import { weightBytes } from './weight-bytes';

/** A call of an export with all its arguments, in place of some of which nonsense is put. */
export interface Call {
  /** Of good arguments; `folder` is empty. */
  args(folder: string): readonly unknown[];
  /** Uses what the call returned as far as that is needed for it to look at its arguments. */
  use?(result: unknown): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: any export is called with anything
type Anything = any;

/** The subpaths and what they export. Backends are chosen once in a process, and the paper's parts are in two others. */
export const EXPORTS: Record<string, Record<string, Anything>> = {
  losses,
  metrics,
  data,
  node,
  train: training,
  layers: parts,
  models,
  svm,
  weights,
  export: exporting,
};

const of = (...args: readonly unknown[]): Call => ({ args: () => args });

const PAIRS = [
  [0.3, 0.6],
  [0.8, 0.1],
];
const useLoss = (loss: unknown): unknown => {
  const [yTrue, yPred] = [
    tensor2d([
      [0, 1],
      [1, 0],
    ]),
    tensor2d(PAIRS),
  ];
  return (loss as Loss)(yTrue, yPred);
};
const loss = (options: object): Call => ({ args: () => [options], use: useLoss });
const region = { smooth: 1, includeBackground: true, average: 'macro', absent: 'smooth', pool: 'sample' };

/** A loss that needs axes of pixels. */
const overPixels = (options: object): Call => ({
  args: () => [options],
  use: (result) => (result as Loss)(zeros([1, 4, 4, 2]), zeros([1, 4, 4, 2])),
});

const LOSSES: Record<string, Call> = {
  bce: loss({ labelSmoothing: 0.1, posWeight: 2, fromLogits: true }),
  binaryFocal: loss({ alpha: 0.25, gamma: 2, fromLogits: true }),
  boundary: overPixels({ includeBackground: true, spacing: [1, 2], ignoreIndex: 7 }),
  categoricalFocal: loss({ alpha: 0.25, gamma: 2, fromLogits: true }),
  crossEntropy: loss({ labelSmoothing: 0.1, classWeights: [1, 2], fromLogits: true }),
  focalTversky: loss({ ...region, alpha: 0.3, beta: 0.7, gamma: 0.75 }),
  generalizedDice: loss({ weightType: 'square', smooth: 1, includeBackground: true, pool: 'sample' }),
  hausdorff: overPixels({ alpha: 2, includeBackground: true, spacing: [1, 2], ignoreIndex: 7 }),
  huber: loss({ delta: 1, ignoreIndex: 7 }),
  jaccard: loss({ ...region, classWeights: [1, 2] }),
  klDivergence: loss({ fromLogits: true, ignoreIndex: 7 }),
  lossMetric: { args: () => [losses.mse()], use: (result) => metrics.score(result as AnyMetric, yTrue, yPred) },
  lovaszHinge: loss({ pool: 'sample', ignoreIndex: 7, fromLogits: true }),
  lovaszSoftmax: loss({ pool: 'sample', ignoreIndex: 7 }),
  mae: loss({ ignoreIndex: 7 }),
  mse: loss({ ignoreIndex: 7 }),
  marginLoss: loss({ present: 0.8, absent: 0.2, absentWeight: 1, ignoreIndex: 7 }),
  ordinal: loss({ importanceWeights: [1, 2], ignoreIndex: 7, fromLogits: true }),
  perClass: { args: () => [losses.softDice()], use: useLoss },
  pinball: loss({ quantile: 0.5, ignoreIndex: 7 }),
  softDice: loss({ ...region, squared: false }),
  sparseCrossEntropy: {
    args: () => [{ labelSmoothing: 0.1, classWeights: [1, 2], ignoreIndex: 7, fromLogits: true }],
    use: (result) => (result as Loss)(tensor2d([[1], [0]]), tensor2d(PAIRS)),
  },
  ssim: {
    args: () => [{ valueRange: 1 }],
    use: (result) => (result as Loss)(zeros([1, 12, 12, 1]), zeros([1, 12, 12, 1])),
  },
  sumOf: { args: () => [[losses.mse(), losses.mae()], { weights: [1, 2] }], use: useLoss },
  tversky: loss({ ...region, alpha: 0.3, beta: 0.7 }),
};

const yTrue = [[0], [1], [1], [0]];
const yPred = [[0.1], [0.8], [0.4], [0.6]];
const useMetric = (metric: unknown): unknown => metrics.score(metric as AnyMetric, yTrue, yPred);
const metric = (...args: readonly unknown[]): Call => ({ args: () => args, use: useMetric });
const mask = Float32Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? 1 : 0));
const image = { data: mask, shape: [4, 4, 1] };
const masks = { data: mask, shape: [1, 4, 4, 1] };
const perImage = (options: object): Call => ({
  args: () => [options],
  use: (result) => metrics.score(result as AnyMetric, masks, masks),
});
const overClasses = (...args: readonly unknown[]): Call => ({
  args: () => args,
  use: (result) =>
    metrics.score(
      result as AnyMetric,
      [
        [0, 1],
        [1, 0],
      ],
      PAIRS,
    ),
});
const ofValues = { average: 'macro', outputs: 1, zeroDivision: 0 };
const picture = { data: Float32Array.from({ length: 192 * 192 }, (_, i) => (i % 7) / 7), shape: [1, 192, 192, 1] };
const ofImages: Call = {
  args: () => [{ valueRange: 1 }],
  use: (result) => metrics.score(result as AnyMetric, picture, picture),
};
const decisions = { threshold: 0.5, zeroDivision: 0 };
const counts = { ...decisions, labels: 1 };
const resampling = { resamples: 20, seed: 1, confidenceLevel: 0.9 };

const METRICS: Record<string, Call> = {
  brierScore: metric({ labels: 1 }),
  calibrationCurve: metric({ bins: 5 }),
  calibrationError: metric({ bins: 5, gapNorm: 'l1' }),
  accuracy: metric(decisions),
  balancedAccuracy: metric(decisions),
  cohenKappa: metric({ ...decisions, disagreement: 'linear' }),
  confusion: metric({ threshold: 0.5, labels: 1 }),
  confusionMatrix: metric({ threshold: 0.5 }),
  dice: metric(counts),
  exactMatch: metric({ threshold: 0.5, labels: 1 }),
  f1: metric(counts),
  fBeta: metric(2, counts),
  fowlkesMallows: metric(counts),
  iou: metric(counts),
  markedness: metric(counts),
  matthewsCorrelation: metric(decisions),
  negativePredictiveValue: metric(counts),
  precision: metric(counts),
  prevalenceThreshold: metric(counts),
  sensitivity: metric(counts),
  specificity: metric(counts),
  topKAccuracy: overClasses(1, { classes: 2 }),
  auc: metric({ labels: 1, zeroDivision: 0, maxFpr: 0.5 }),
  averagePrecision: metric({ labels: 1, zeroDivision: 0 }),
  binnedAuc: metric({ labels: 1, zeroDivision: 0, thresholds: 5 }),
  oneVsOneAuc: overClasses({ classes: 2, zeroDivision: 0 }),
  sensitivityAtSpecificity: metric(0.5, { ignoreIndex: 7 }),
  specificityAtSensitivity: metric(0.5, { ignoreIndex: 7 }),
  youdenIndex: metric({ ignoreIndex: 7 }),
  precisionRecallCurve: metric({ ignoreIndex: 7 }),
  roc: metric({ ignoreIndex: 7 }),
  score: { args: () => [metrics.auc(), yTrue, yPred, [1, 1, 2, 1]] },
  averageSurfaceDistance: perImage({ threshold: 0.5, spacing: 2, empty: 'skip', symmetric: true }),
  dicePerImage: perImage({ threshold: 0.5, empty: 'one' }),
  distanceTransform: of({ data: mask, shape: [4, 4] }, { spacing: [1, 2] }),
  hausdorff: perImage({ threshold: 0.5, spacing: 2, empty: 'skip', percentile: 95, directed: false }),
  iouPerImage: perImage({ threshold: 0.5, empty: 'one' }),
  surfaceDice: perImage({ threshold: 0.5, tolerance: 1, empty: 'one' }),
  bootstrapInterval: of(4, (weights: Float64Array) => weights[0], resampling),
  delongInterval: metric({ confidenceLevel: 0.9, scale: 'logit' }),
  delongTest: of(yTrue, yPred, [[0.2], [0.9], [0.5], [0.5]], { confidenceLevel: 0.9 }),
  holm: of([0.01, 0.04, 0.03]),
  interval: { args: () => [metrics.auc(), { ...resampling, method: 'percentile' }], use: useMetric },
  quantiles: of([1, 2, 3], [0.25, 0.5]),
  readValues: of([1, 2], 'values'),
  rocBand: of(yTrue, [yPred], { ...resampling, points: 5 }),
  wilcoxonSignedRank: of([1, 2, 3], [2, 4, 6], { zeroMethod: 'wilcox', method: 'exact', continuity: true }),
  concordanceCorrelation: metric(ofValues),
  meanAbsoluteError: metric(ofValues),
  pearsonCorrelation: metric(ofValues),
  rSquared: metric(ofValues),
  rootMeanSquaredError: metric(ofValues),
  spearmanCorrelation: metric(ofValues),
  multiScaleStructuralSimilarity: ofImages,
  peakSignalToNoiseRatio: ofImages,
  structuralSimilarity: ofImages,
};

const rows = Array.from({ length: 12 }, (_, i) => ({
  id: `${i}`,
  tasks: ['mask'],
  group: `${i >> 1}`,
  stratum: `${i % 2}`,
}));
const dataset = { rows, read: async () => ({ x: image, y: { mask: image } }) };
const usePiece = (piece: unknown): unknown =>
  data.augment([piece as ReturnType<typeof data.noise>])(
    { x: image, y: { mask: image } },
    { id: 'a', epoch: 0, repeat: 0 },
  );
const piece = (...args: readonly unknown[]): Call => ({ args: () => args, use: usePiece });
const useSource = async (source: unknown): Promise<void> => {
  for await (const _ of (source as ReturnType<typeof data.batches>)(0));
};

const DATA: Record<string, Call> = {
  arrayDataset: {
    args: () => [
      { x: masks, y: { mask: masks, level: [1] }, weight: { level: [2] }, ids: ['a'], groups: ['g'], strata: ['s'] },
    ],
    use: (result) => (result as { read(index: number): unknown }).read(0),
  },
  random: { args: () => [1, 'name', 2], use: (result) => (result as data.Random).uniform() },
  phantomDataset: {
    args: () => [{ counts: { covid: 2 }, slices: 1, size: 16, seed: 1, sources: ['lung'], masks: 1, emptyMasks: true }],
    use: (result) => (result as { read(index: number): unknown }).read(0),
  },
  phantomSlice: of({ seed: 1, patient: 1, slice: 1, kind: 'covid', source: 'lung', size: 16 }),
  augment: {
    args: () => [[data.flipHorizontal(), data.noise()], { seed: 1, labelKinds: { mask: 'mask' }, fill: 0 }],
    use: (result) =>
      (result as data.Augmentation<string>)({ x: image, y: { mask: image } }, { id: 'a', epoch: 0, repeat: 0 }),
  },
  flipHorizontal: piece(0.5),
  flipVertical: piece(0.5),
  rotate: piece(10),
  scale: piece(0.1),
  shift: piece(0.1),
  cutout: piece({ count: 1, size: 0.2, fill: 0 }),
  intensity: piece({ brightness: 0.1, contrast: 0.1, gamma: 0.1 }),
  noise: piece(0.1),
  ignoreValue: of({ data: Float32Array.of(1, 0, 7), shape: [3] }, 7),
  mapMask: of(image, { 0: 0, 1: 1 }),
  oneHot: of([0, 1, 2], 3),
  batches: {
    args: () => [
      dataset,
      {
        indices: [0, 1, 2],
        batchSize: 2,
        shuffle: true,
        seed: 1,
        balance: { mask: 1 },
        prefetch: 1,
        dropRemainder: false,
      },
    ],
    use: useSource,
  },
  channelStatistics: of(dataset, { indices: [0, 1] }),
  cached: {
    args: () => [dataset, { bytes: 1000 }],
    use: (result) => (result as { read(index: number): unknown }).read(0),
  },
  nearDuplicates: of(
    { rows, read: async () => ({ x: image, y: {} }) },
    { indices: [0, 1], maxDistance: 3, minCorrelation: 0.9 },
  ),
  resizeImage: of(image, [3, 5], { antialias: true }),
  resizeMask: of(image, [3, 5]),
  scaleToUnit: of(image, [0, 2]),
  selectTasks: of(dataset, ['mask']),
  kFold: of(rows, 2, { seed: 1 }),
  split: of(rows, { fractions: { train: 0.5, test: 0.5 }, seed: 1 }),
};

const run = {
  ...{
    id: 'run',
    tasks: ['level', 'sign'],
    epochs: 3,
    epoch: 0,
    steps: 4,
    resumed: false,
    history: [],
    learningRate: 1e-3,
  },
  ...{
    stopped: undefined,
    stop: () => undefined,
    weights: async () => [],
    setWeights: () => undefined,
    snapshot: async () => null,
    progress: { step: 1, epoch: 0, training: false },
    outputs: { level: { kind: 'value', width: 1 }, sign: { kind: 'value', width: 1 } },
    predict: async () => ({ level: zeros([1, 4, 4, 1]), sign: zeros([1, 1]) }),
  },
} as unknown as training.Run<string>;
const log = {
  ...{ epoch: 0, seconds: 1, learningRate: 1e-3, train: { loss: 1, level: { loss: 1 }, sign: { loss: 1 } } },
  validation: { loss: 1, level: { loss: 1 }, sign: { loss: 1 } },
} as unknown as training.EpochLog<string>;
/** Goes through the hooks of a callback as a fit does. */
const useCallback = async (given: unknown): Promise<void> => {
  const callback = given as training.Callback<string>;
  await callback.onFitBegin?.(run);
  await callback.onEpochBegin?.(run);
  await callback.onStepEnd?.(run, {
    step: 1,
    progress: { step: 0, epoch: 0, training: true },
    loss: 1,
    losses: { level: 1, sign: 1 },
  });
  await callback.onEpochEnd?.(run, log);
  await callback.onSafePoint?.(run, 'epoch');
  await callback.onFitEnd?.(run);
};
const callback = (...args: readonly unknown[]): Call => ({ args: () => args, use: useCallback });
const inFolder = (name: string, ...rest: readonly unknown[]): Call => ({
  args: (folder) => [join(folder, name), ...rest],
});

const NODE: Record<string, Call> = {
  cached: DATA.cached,
  readArchive: inFolder('data.tfmt'),
  removeLeftovers: inFolder('run'),
  writeArchive: inFolder('written.tfmt', { a: [1, 'b'] }),
  checkpoint: { ...inFolder('other', { every: { epochs: 1, steps: 2 }, keep: 2, overwrite: false }), use: useCallback },
  csvLog: { ...inFolder('log.csv'), use: useCallback },
  featureFolder: {
    ...inFolder('features'),
    use: (store) => (store as ReturnType<typeof node.featureFolder>).get('0'.repeat(64)),
  },
  fileSystem: { ...inFolder('model'), use: (handler) => (handler as ReturnType<typeof node.fileSystem>).load() },
  loadCheckpoint: inFolder('run'),
  classColumn: of('covid', { 0: 0, 1: 1 }, { oneHot: true }),
  imageColumn: of('image'),
  imageFolder: {
    ...inFolder('classes', {
      ...{ task: 'kind', classes: ['b', 'a'], oneHot: true, include: () => true, group: () => 'one' },
      ...{ size: [4, 4], channels: 1, pixelLimit: 1000, byteLimit: 10_000, check: 'files' },
    }),
    use: (result) => (result as { read(index: number): unknown }).read(0),
  },
  labelsColumn: of('findings', ['a', 'b'], { separator: ';', none: 'c' }),
  manifestDataset: {
    ...inFolder('images', {
      ...{
        manifest: 'manifest.csv',
        image: 'image',
        tasks: { sign: node.classColumn('covid', ['0', '1']) },
        id: 'image',
        group: 'source',
        stratum: 'covid',
        split: { column: 'split', parts: ['train'] },
        weight: 'weight',
        size: [4, 4],
      },
      ...{ channels: 1, pixelLimit: 1000, byteLimit: 10_000, check: 'files' },
    }),
    use: (result) => (result as { read(index: number): unknown }).read(0),
  },
  maskColumn: of('mask', { threshold: 0.5, channel: 'alpha', empty: () => false }),
  numberColumn: of('score', { range: [0, 1] }),
  paperColumns: of({
    columns: { image: 'image', label: 'covid' },
    tasks: ['classification'],
    negativesAreEmpty: false,
    mask: { threshold: 0.5 },
  }),
  progressBar: callback({ stream: { write: () => true, isTTY: true, columns: 80 } }),
  readImage: inFolder('grey.png', { channels: 1, pixelLimit: 1000 }),
  readMask: inFolder('grey.png', { threshold: 0.5, pixelLimit: 1000 }),
  stopOnSignal: {
    ...of('Stopping'),
    use: () => void process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM'),
  },
  tensorBoard: {
    ...inFolder('board', {
      ...{
        everySteps: 1,
        weighting: training.equalWeights(),
        images: data.batches(dataset),
        samples: 1,
        everyEpochs: 1,
      },
    }),
    use: useCallback,
  },
  writeBytes: inFolder('written.bin', Uint8Array.of(1, 2)),
  writeJson: inFolder('written.json', { a: 1 }),
  writePng: inFolder('written.png', image),
};

const shares = { level: 0.5, sign: 1.5 };
const monitor = { monitor: 'validation.level.loss', minDelta: 0.1, patience: 3, mode: 'min' };
const useWeighting = (weighting: unknown): unknown =>
  training.taskWeights(
    weighting as ReturnType<typeof training.equalWeights<string>>,
    { level: 1, sign: 2 },
    { step: 1, epoch: 1, training: true },
  );
const weighting = (...args: readonly unknown[]): Call => ({ args: () => args, use: useWeighting });
const useAggregator = (given: unknown): unknown =>
  (given as ReturnType<typeof training.mgda>).weights?.(
    [
      [2, -1],
      [-1, 3],
    ],
    ['level', 'sign'],
    { step: 1, losses: { level: 1, sign: 2 } },
  );
const aggregator = (...args: readonly unknown[]): Call => ({ args: () => args, use: useAggregator });
const useSchedule = (schedule: unknown): unknown => (schedule as training.Schedule)({ epoch: 1, step: 3, epochs: 5 });
const schedule = (...args: readonly unknown[]): Call => ({ args: () => args, use: useSchedule });

const TRAIN: Record<string, Call> = {
  alignedMtl: aggregator({ preference: shares, scaleMode: 'min' }),
  caGrad: aggregator({ c: 0.4 }),
  conflictFreeGradient: aggregator({ preference: shares }),
  dualProj: aggregator({ preference: shares, ridge: 1e-4 }),
  fairGrad: aggregator({ alpha: 1 }),
  gradDrop: aggregator({ seed: 1, leak: { level: 0.1, sign: 0.1 } }),
  gradNorm: aggregator({ alpha: 1, learningRate: 0.01 }),
  gradVac: aggregator({ beta: 0.5, seed: 1 }),
  imtlG: aggregator(),
  meanGradient: aggregator(),
  mgda: aggregator(),
  nashMtl: aggregator({ maxNorm: 1 }),
  pcGrad: aggregator({ seed: 1 }),
  sumGradient: aggregator(),
  upGrad: aggregator({ preference: shares, ridge: 1e-4 }),
  alternate: { args: () => [data.batches(dataset), ['mask']], use: useSource },
  conflicts: of([
    { epoch: 0, step: 1, losses: { level: 1, sign: 1 }, cosines: [{ tasks: ['level', 'sign'], value: -0.5 }] },
  ]),
  diagnostics: { args: () => [{ weighting: training.equalWeights() }], use: useCallback },
  unfreezeAt: { args: () => [tinyModel(), { epoch: 1, part: 'trunk' }] },
  earlyStopping: callback({ ...monitor, restoreBest: true }),
  cosineDecay: schedule({ from: 0.1, to: 0 }),
  learningRate: callback(() => 0.1),
  polynomialDecay: schedule({ from: 0.1, to: 0, power: 2 }),
  warmUp: schedule(3, () => 0.1),
  reduceOnPlateau: callback({ ...monitor, factor: 0.5, minLearningRate: 1e-5 }),
  taskWeights: { args: () => [training.equalWeights(), { level: 1, sign: 2 }, { step: 1, epoch: 1, training: true }] },
  createTrainer: {
    args: () => [
      tinyModel(),
      {
        ...{ optimizer: train.sgd(0.1), losses: tinyLosses(() => undefined), metrics: { level: {} } },
        ...{ weighting: training.equalWeights(), clipNorm: 1, accumulate: 2, averageDecay: 0.9 },
      },
    ],
    use: (trainer) => (trainer as ReturnType<typeof training.createTrainer>).dispose(),
  },
  dynamicWeightAverage: weighting({ temperature: 2 }),
  equalWeights: weighting(),
  famo: weighting({ learningRate: 0.02, decay: 0.01, lowest: { level: 0, sign: 0 } }),
  fixedWeights: weighting(shares),
  geometricLoss: weighting(),
  imtlL: weighting(['level', 'sign']),
  randomLossWeighting: weighting({ seed: 1 }),
  scheduledWeights: weighting(() => shares),
  smoothTchebycheff: weighting({ mu: 0.1, preference: shares, ideal: { level: 0, sign: 0 } }),
  uncertainty: weighting({ level: 'regression', sign: 'classification' }),
};

const pixels = (): SymbolicTensor => input({ shape: [8, 8, 2] });
const useLayer =
  (...shapes: readonly (readonly number[])[]) =>
  (layer: unknown): unknown => {
    const inputs = shapes.map((shape) => zeros([...shape]));
    return (layer as layers.Layer).apply(inputs.length === 1 ? inputs[0] : inputs);
  };
const IMAGES = [2, 4, 4, 2];
const VECTORS = [2, 4, 3];
const layer = (options: object, shapes: readonly (readonly number[])[] = [IMAGES]): Call => ({
  args: () => [options],
  use: useLayer(...shapes),
});
const features = () => parts.UNetEncoder({ filters: [2, 3] })(pixels(), 'encoder', 1);
const useHead = (head: unknown): unknown => (head as ReturnType<typeof parts.MLPHead>)(features(), 'head', 1);
const useEncoder = (encoder: unknown): unknown =>
  (encoder as ReturnType<typeof parts.UNetEncoder>)(pixels(), 'encoder', 1);

/** On images that are large enough for all of them. */
const publishedEncoder = (options: object): Call => ({
  args: () => [{ stages: 1, preprocess: true, grey: 'repeat', frozen: 1, ...options }],
  use: (encoder) => (encoder as ReturnType<typeof parts.VGG16Encoder>)(input({ shape: [80, 80, 1] }), 'encoder', 1),
});

const LAYERS: Record<string, Call> = {
  AttentionGate: layer({ filters: 2, seed: 1 }, [IMAGES, IMAGES]),
  BilinearUpsampling: layer({ name: 'up' }),
  convBlock: {
    args: () => [{ filters: 2, convs: 2, norm: 'batch', activation: 'relu', dropout: 0.1 }],
    use: (block) => (block as ReturnType<typeof parts.convBlock>)(pixels(), 'block', 1),
  },
  attach: { args: () => [parts.MLPHead({ units: [2] }), { level: 1, pool: 2 }], use: useHead },
  ConvEncoder: { args: () => [{ filters: [2, 3], norm: 'batch', activation: 'relu', dropout: 0.1 }], use: useEncoder },
  MLPHead: { args: () => [{ filters: 2, units: [3], outputs: 2, dropout: 0.1, activation: 'softmax' }], use: useHead },
  CapsuleEncoder: { args: () => [{ filters: 2, kernelSize: 3 }], use: useEncoder },
  CapsuleHead: {
    args: () => [{ classes: 2, types: 2, dimensions: [2, 3], kernelSize: 2, routings: 2 }],
    use: useHead,
  },
  capsules: {
    args: () => [{ classes: 2, types: 2, dimensions: [2, 3], kernelSize: 2, routings: 2 }],
    use: (made) => useHead((made as parts.Capsules).reconstruction({ shape: [8, 8, 1], units: [2] })),
  },
  CapsuleLength: layer({}, [VECTORS]),
  CapsuleRouting: layer({ capsules: 2, dimension: 3, routings: 2, seed: 1 }, [VECTORS]),
  MaskCapsules: layer({}, [VECTORS]),
  Squash: layer({}, [VECTORS]),
  StopGradient: layer({}),
  SegmentationHead: { args: () => [{ channels: 2, norm: 'batch', activation: 'softmax' }], use: useHead },
  UNetDecoder: {
    args: () => [
      { channels: 2, filters: [2], skips: 'attention', upsample: 'nearest', norm: 'batch', activation: 'softmax' },
    ],
    use: useHead,
  },
  UNetEncoder: { args: () => [{ filters: [2, 3], norm: 'batch', activation: 'relu', dropout: 0.1 }], use: useEncoder },
  DenseNetEncoder: publishedEncoder({ depth: 121 }),
  EfficientNetEncoder: publishedEncoder({ variant: 'lite0' }),
  InceptionResNetV2Encoder: publishedEncoder({}),
  InceptionV3Encoder: publishedEncoder({}),
  MobileNetV2Encoder: publishedEncoder({ width: 0.35 }),
  preprocessImages: { args: () => [zeros([1, 2, 2, 3]), 'caffe'] },
  ResNetEncoder: publishedEncoder({ depth: 18, variant: 'torch' }),
  VGG16Encoder: publishedEncoder({}),
  withDecoder: { args: () => [parts.UNetEncoder({ filters: [2, 3] }), { norm: 'batch' }], use: useEncoder },
  GroupNorm: layer({ groups: 2, epsilon: 1e-3 }),
  InstanceNorm: layer({ epsilon: 1e-3 }),
  registerLayers: of(),
  SeededDropout: layer({ rate: 0.5, seed: 1 }),
  setDropoutStep: { args: () => [tinyModel().net, 3] },
  CrossStitch: layer({ per: 'channel', self: 0.9 }, [IMAGES, IMAGES]),
  ExpertMixture: layer({ name: 'mixture' }, [IMAGES, IMAGES]),
  Film: layer({ conditions: 2 }),
  ParameterDistance: layer({ distance: 'l2', strength: 0.1 }),
  RepeatBatch: layer({ times: 2 }),
  SliceBatch: layer({ index: 0, parts: 2 }),
  SubspaceMix: layer({ subspaces: 2, self: 0.9 }, [IMAGES, IMAGES]),
};

const unetParts = () => ({
  ...{ inputShape: [8, 8, 1], encoder: parts.UNetEncoder({ filters: [2, 3] }), name: 'own', seed: 1 },
  heads: { a: parts.SegmentationHead(), b: parts.MLPHead({ units: [2] }) },
});
const useSharing = (sharing: unknown): unknown =>
  (sharing as models.Sharing)(pixels(), parts.UNetEncoder({ filters: [2, 4] }), ['a', 'b'], 1);
const sharing = (...args: readonly unknown[]): Call => ({ args: () => args, use: useSharing });
const dispose = (model: unknown): void => (model as ReturnType<typeof models.cnn8>).dispose();

/** One sample of what the tiny model takes. */
const tinyData = {
  rows: [{ id: 'a', tasks: ['level'] }],
  read: async () => ({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [4] }, y: {} }),
};

const MODELS: Record<string, Call> = {
  amyar2020: {
    args: () => [
      {
        inputShape: [8, 8, 1],
        filters: [2, 3],
        norm: 'batch',
        dropout: 0.1,
        seed: 1,
        reconstructionSkips: 'attention',
      },
    ],
    use: dispose,
  },
  cnn8: { args: () => [{ inputShape: [16, 16, 1], filters: 1, norm: 'batch', dropout: 0.1, seed: 1 }], use: dispose },
  unet: {
    args: () => [{ inputShape: [8, 8, 1], filters: [2, 3], norm: 'batch', dropout: 0.1, seed: 1 }],
    use: dispose,
  },
  cacheFeatures: {
    args: () => {
      const model = tinyModel();
      models.freeze(model, { part: 'trunk' });
      const store = { get: async () => undefined, set: async () => undefined };
      return [model, tinyData, { bytes: 1000, store, onProgress: () => undefined }];
    },
  },
  extractFeatures: {
    args: (folder) => [
      tinyModel(),
      tinyData,
      {
        layers: ['level'],
        pool: 'max',
        indices: [0],
        store: node.featureFolder(join(folder, 'features')),
        onProgress: () => undefined,
      },
    ],
  },
  freeze: { args: () => [tinyModel(), { part: 'trunk' }] },
  unfreeze: { args: () => [tinyModel(), { part: 'trunk' }] },
  copyWeights: { args: () => [tinyModel().net, tinyModel().net, 'trunk'] },
  fromLayersModel: { args: () => [tinyModel().net, ['level', 'sign'], { outputs: { level: 'value' } }], use: dispose },
  gradCam: {
    args: () => [
      models.cnn8({ inputShape: [16, 16, 1], filters: 1 }),
      zeros([1, 16, 16, 1]),
      { task: 'classification', unit: 0 },
    ],
  },
  loadMultitask: { args: (folder) => [node.fileSystem(join(folder, 'model')), ['level', 'sign']], use: dispose },
  multitask: { args: () => [{ ...unetParts(), input: models.standardize('image') }], use: dispose },
  segmentThenClassify: {
    args: () => [
      {
        inputShape: [8, 8, 1],
        segment: { task: 'mask', encoder: parts.UNetEncoder({ filters: [2, 2] }), head: parts.UNetDecoder() },
        classify: {
          task: 'grade',
          encoder: parts.UNetEncoder({ filters: [2, 2] }),
          head: parts.MLPHead({ units: [2] }),
        },
        sees: 'masked image',
        name: 'net',
        seed: 1,
      },
    ],
    use: dispose,
  },
  standardize: {
    args: () => [{ mean: [0.5], deviation: [0.2] }],
    use: (result) => (result as ReturnType<typeof models.standardize>)(input({ shape: [8, 8, 1] }), 'input'),
  },
  predictAll: {
    args: () => [tinyModel(), () => [{ x: zeros([2, 4]), y: {} }]],
    async use(result) {
      for await (const _ of result as AsyncIterable<unknown>);
    },
  },
  cgc: sharing({ shared: 1, own: 1 }),
  crossStitch: sharing({ per: 'channel', self: 0.9 }),
  deepSupervision: { args: () => ['mask', parts.SegmentationHead(), 2] },
  film: sharing(),
  hardSharing: sharing(),
  mmoe: sharing({ experts: 2 }),
  mtan: sharing({ norm: 'batch' }),
  ple: sharing({ shared: 1, own: 1 }),
  sluice: sharing({ subspaces: 2, self: 0.9 }),
  softSharing: sharing({ distance: 'l2', strength: 0.1 }),
};

/** A model that Keras wrote. */
const SMALL_KERAS = fileURLToPath(new URL('../../../tests/golden/weights/small.keras', import.meta.url));

/** The file of published weights that has no checksum, so that the call fetches nothing. */
const published = (folder: string): string => {
  const name = 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5';
  writeFileSync(join(folder, name), weightBytes(tinyModel().net));
  return folder;
};

const WEIGHTS: Record<string, Call> = {
  loadKeras: {
    args: () => [SMALL_KERAS, { layers: { Scale: () => new parts.GroupNorm() } }],
    use: (net) => (net as LayersModel).dispose(),
  },
  loadWeights: {
    args: () => {
      const model = tinyModel();
      const options = {
        prefix: '',
        keep: ['preprocess'],
        from: 'name',
        ignore: ['fc'],
        strict: true,
        layout: 'keras',
        grey: 'sum',
      };
      return [model, weightBytes(model.net), options];
    },
  },
  openWeights: { args: () => [weightBytes(tinyModel().net)] },
  pretrained: {
    args: (folder) => [
      'mobilenetv2-imagenet-keras',
      {
        cache: published(folder),
        mirror: 'http://127.0.0.1:9',
        onProgress: () => undefined,
        signal: AbortSignal.timeout(60_000),
      },
    ],
  },
  torchDenseNet: of('features.conv0.weight'),
  torchEfficientNet: of('lite0'),
  torchResNet: of('conv1.weight'),
  torchVgg16: of('features.0.weight'),
};

const said = { foldBatchNorm: true, preprocessing: 'pixels / 255', thresholds: { sign: 0.5 } };

const EXPORT: Record<string, Call> = {
  modelCard: {
    args: () => [
      tinyModel(),
      {
        ...{
          name: 'a',
          licence: 'mit',
          data: 'b',
          split: 'c',
          limits: 'd',
          use: 'e',
          preprocessing: 'f',
          citation: 'g',
        },
        ...{ scoredOn: 'h', confidenceLevel: 0.9, tags: ['i'], tasks: { level: 'j' }, thresholds: { sign: 0.5 } },
        scores: { sign: { auc: { value: 0.5, low: 0.25, high: 0.75, n: 8 } }, level: { mae: 1 } },
      },
    ],
  },
  toKeras: { args: () => [tinyModel(), said] },
  toOnnx: { args: () => [tinyModel(), { ...said, layout: 'NCHW' }] },
  toSafetensors: { args: () => [tinyModel(), { ...said, layout: 'NHWC' }] },
};

const svmSamples = () => ({
  features: { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [6, 1] },
  labels: [0, 0, 0, 1, 1, 1],
  groups: ['a', 'b', 'c', 'd', 'e', 'f'],
});
const useSvm = (machine: unknown): unknown => (machine as svm.Svm).predict(svmSamples().features);

const SVM: Record<string, Call> = {
  loadSvm: {
    args: () => [
      {
        format: 'tfjs-multitask svm 1',
        kernel: 'polynomial',
        gamma: 1,
        degree: 1,
        mean: [2],
        deviation: [1],
        vectors: [[1]],
        coefficients: [1],
        bias: 0,
        sigmoid: { a: -1, b: 0 },
      },
    ],
    use: useSvm,
  },
  trainSvm: {
    args: () => [
      svmSamples(),
      { kernel: 'polynomial', c: 1, gamma: 1, degree: 2, classWeights: [1, 2], folds: 3, seed: 1, tolerance: 0.01 },
    ],
    use: useSvm,
  },
};

/** A good call of each exported function and layer, by its subpath and name. */
export const CALLS: Record<string, Record<string, Call>> = {
  losses: LOSSES,
  metrics: METRICS,
  data: DATA,
  node: NODE,
  train: TRAIN,
  layers: LAYERS,
  models: MODELS,
  svm: SVM,
  weights: WEIGHTS,
  export: EXPORT,
};
