import { backend_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Address, NONE } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { ACTIVATION, type Activation, abi, type DepthwiseArguments } from '../generated/abi';
import { backwardTaps, forwardTaps, sumChunks, type Tap } from './conv-tiles';
import { runUnary } from './elementwise';
import { fusedPlan } from './fused-plan';
import { allFloat, type Kernel, shapeMatches, sizeOf } from './kernel';
import { copyBox } from './layout';
import { reduceKernels } from './reduce';

type Shape4 = [number, number, number, number];
type Info = backend_util.Conv2DInfo;

interface DepthwiseAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dilations?: [number, number] | number | null | undefined;
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

function infoOf(xShape: readonly number[], filterShape: readonly number[], attrs: NamedAttrMap): Info {
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as DepthwiseAttrs;
  return backend_util.computeConv2DInfo(
    xShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );
}

/** Where positions along one axis lie that all taps keep inside the image. */
function inside(taps: readonly Tap[], positions: number, step: number, size: number): [from: number, to: number] {
  const least = Math.min(...taps.map(({ offset }) => offset));
  const most = Math.max(...taps.map(({ offset }) => offset));
  const from = Math.max(0, Math.ceil(-least / step));
  return [from, Math.max(from, Math.min(positions, Math.floor((size - 1 - most) / step) + 1))];
}

/** Positions of an image, each read around `position * step` by the taps, and where they lie in the output. */
interface Positions {
  readonly rowTaps: readonly Tap[];
  readonly colTaps: readonly Tap[];
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly rows: number;
  readonly cols: number;
  readonly stepY: number;
  readonly stepX: number;
}

/** Writes the tables of taps for the kernels into a block of the heap and returns its address. */
function writeTaps({ runtime }: SimdBackend, filterWidth: number, positions: Positions): Address {
  const { rowTaps, colTaps, channels, cols, stepX, width } = positions;
  const at = runtime.heap.allocate(rowTaps.length * 8 + colTaps.length * 16);
  const words = [
    ...rowTaps.flatMap(({ offset, index }) => [offset, index * filterWidth * channels * 4]),
    ...colTaps.flatMap((tap) => [tap.offset, tap.index * channels * 4, ...inside([tap], cols, stepX, width)]),
  ];
  new Int32Array(runtime.memory.buffer, at, words.length).set(words);
  return at;
}

/** What both kernels are told. */
function argumentsOf(positions: Positions, x: Address, out: Address, table: Address): DepthwiseArguments {
  const { height, width, channels, rows, cols, stepY, stepX } = positions;
  const [rowTaps, colTaps] = [positions.rowTaps.length, positions.colTaps.length];
  return { x, out, height, width, channels, rows, cols, stepY, stepX, rowTaps, colTaps, table };
}

const workOf = ({ batch, rows, cols, channels, rowTaps, colTaps }: Positions): number =>
  batch * rows * cols * channels * rowTaps.length * colTaps.length;

interface Target {
  readonly address: Address;
  readonly height: number;
  readonly width: number;
  readonly stepY: number;
  readonly stepX: number;
  readonly y: number;
  readonly x: number;
}

function compute(
  backend: SimdBackend,
  x: Address,
  filter: Address,
  filterWidth: number,
  bias: Address,
  activation: Activation,
  positions: Positions,
  out: Target,
): void {
  const { runtime } = backend;
  const { batch, rows, cols, colTaps, stepX, width } = positions;
  const table = writeTaps(backend, filterWidth, positions);
  const [from, end] = colTaps.length > 0 ? inside(colTaps, cols, stepX, width) : [0, cols];
  const args = {
    shared: argumentsOf(positions, x, out.address, table),
    filter,
    bias,
    activation,
    from,
    end,
    outHeight: out.height,
    outWidth: out.width,
    outStepY: out.stepY,
    outStepX: out.stepX,
    outY: out.y,
    outX: out.x,
  };
  runtime.run(abi.depthwiseRow, args, batch * rows, workOf(positions) < runtime.tuning.leastSharedProducts);
  runtime.heap.release(table);
}

/** With several filters a channel: x with each channel repeated as often, so that each has one. The caller disposes it where it is not x. */
function repeatChannels(backend: SimdBackend, x: TensorInfo, times: number): TensorInfo {
  if (times === 1) return x;
  const channels = x.shape[3];
  const pixels = sizeOf(x.shape.slice(0, 3));
  const from = backend.address(x);
  const out = backend.output([...x.shape.slice(0, 3), channels * times], 'float32');
  copyBox(backend, from, backend.address(out), [
    [pixels, channels, channels * times],
    [times, 0, 1],
    [channels, 1, times],
  ]);
  return out;
}

/** The positions of a forward pass, every channel with one filter. */
const forwardPositions = (info: Info): Positions => ({
  rowTaps: forwardTaps(info.filterHeight, info.dilationHeight, info.padInfo.top),
  colTaps: forwardTaps(info.filterWidth, info.dilationWidth, info.padInfo.left),
  batch: info.batchSize,
  height: info.inHeight,
  width: info.inWidth,
  channels: info.outChannels,
  rows: info.outHeight,
  cols: info.outWidth,
  stepY: info.strideHeight,
  stepX: info.strideWidth,
});

function forward(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  activation: Activation,
  info: Info,
): TensorInfo {
  const weights = backend.address(filter);
  const biasAt = bias ? backend.address(bias) : NONE;
  const image = repeatChannels(backend, x, info.outChannels / info.inChannels);
  const from = backend.address(image);
  const out = backend.output(info.outShape, 'float32');
  compute(backend, from, weights, info.filterWidth, biasAt, activation, forwardPositions(info), {
    address: backend.address(out),
    height: info.outHeight,
    width: info.outWidth,
    stepY: 1,
    stepX: 1,
    y: 0,
    x: 0,
  });
  if (image !== x) backend.disposeIntermediateTensorInfo(image);
  return out;
}

const depthwise: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const filter = inputs.filter!;
  if (!allFloat(x, filter) || sizeOf(filter.shape) === 0) return undefined;
  return forward(backend, x, filter, undefined, ACTIVATION.none, infoOf(x.shape, filter.shape, attrs));
};

const fusedDepthwise: Kernel = (call) => {
  const { backend, inputs, attrs } = call;
  const x = inputs.x!;
  const filter = inputs.filter!;
  if (!allFloat(x, filter) || sizeOf(filter.shape) === 0) return undefined;
  const info = infoOf(x.shape, filter.shape, attrs);
  const plan = fusedPlan(call, info.outChannels);
  if (!plan) return undefined;
  const out = forward(backend, x, filter, plan.bias, plan.tile, info);
  if (plan.after !== undefined)
    runUnary(backend, backend.address(out), backend.address(out), sizeOf(out.shape), plan.after, plan.alpha);
  return out;
};

const backpropInput: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const filter = inputs.filter!;
  const info = infoOf(attrs.inputShape as unknown as number[], filter.shape, attrs);
  if (!allFloat(dy, filter) || !shapeMatches(dy, info.outShape) || sizeOf(filter.shape) === 0) return undefined;
  const { batchSize, inHeight, inWidth, inChannels, outChannels, strideHeight, strideWidth, padInfo } = info;
  const from = backend.address(dy);
  const weights = backend.address(filter);
  const times = outChannels / inChannels;
  const out = backend.output([batchSize, inHeight, inWidth, outChannels], 'float32');
  // Positions of one remainder by the stride meet the same taps, so each remainder is a plain convolution of dy.
  for (let y = 0; y < Math.min(strideHeight, inHeight); y++) {
    for (let x = 0; x < Math.min(strideWidth, inWidth); x++) {
      const positions = {
        rowTaps: backwardTaps(info.filterHeight, info.dilationHeight, padInfo.top, strideHeight, y),
        colTaps: backwardTaps(info.filterWidth, info.dilationWidth, padInfo.left, strideWidth, x),
        batch: batchSize,
        height: info.outHeight,
        width: info.outWidth,
        channels: outChannels,
        rows: Math.ceil((inHeight - y) / strideHeight),
        cols: Math.ceil((inWidth - x) / strideWidth),
        stepY: 1,
        stepX: 1,
      };
      const target = {
        address: backend.address(out),
        height: inHeight,
        width: inWidth,
        stepY: strideHeight,
        stepX: strideWidth,
        y,
        x,
      };
      compute(backend, from, weights, info.filterWidth, NONE, ACTIVATION.none, positions, target);
    }
  }
  if (times === 1) return out;
  // a channel is read by all of its filters
  const each = { ...out, shape: [...info.inShape, times] };
  const sum = reduceKernels.Sum({ backend, inputs: { x: each }, attrs: { axis: 4, keepDims: false } });
  backend.disposeIntermediateTensorInfo(out);
  return sum;
};

/** Parts into which the rows of dy are cut, so that threads share them. */
const WANTED_ITEMS = 16;

const backpropFilter: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const dy = inputs.dy!;
  const info = infoOf(x.shape, attrs.filterShape as unknown as number[], attrs);
  const size = sizeOf(info.filterShape);
  if (!allFloat(x, dy) || !shapeMatches(dy, info.outShape) || size === 0) return undefined;
  const { runtime } = backend;
  const gradient = backend.address(dy);
  const out = backend.output(info.filterShape, 'float32');
  const image = repeatChannels(backend, x, info.outChannels / info.inChannels);
  const from = backend.address(image);
  const positions = forwardPositions(info);
  const work = workOf(positions);
  const lines = info.batchSize * info.outHeight;
  const block = work < runtime.tuning.leastSharedProducts ? Math.max(1, lines) : Math.ceil(lines / WANTED_ITEMS);
  const parts = Math.max(1, Math.ceil(lines / block));
  const partBytes = Math.ceil((size * 4) / 64) * 64;
  const table = writeTaps(backend, info.filterWidth, positions);
  const sums = parts > 1 ? runtime.heap.allocate(partBytes * parts) : backend.address(out);
  const args = { shared: argumentsOf(positions, from, sums, table), dy: gradient, block, partBytes, lines };
  runtime.run(abi.depthwiseGradient, args, parts);
  if (parts > 1) {
    sumChunks(runtime, sums, backend.address(out), parts, size, partBytes);
    runtime.heap.release(sums);
  }
  runtime.heap.release(table);
  if (image !== x) backend.disposeIntermediateTensorInfo(image);
  return out;
};

/** Depthwise convolution with both its gradients. */
export const depthwiseKernels: Readonly<Record<string, Kernel>> = {
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: fusedDepthwise,
  DepthwiseConv2dNativeBackpropInput: backpropInput,
  DepthwiseConv2dNativeBackpropFilter: backpropFilter,
};
