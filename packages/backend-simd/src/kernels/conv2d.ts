import { backend_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Address, behind, NONE } from '../abi/kernel';
import { PANEL_ROW, SIX_WORDS } from '../assembly/sizes';
import type { SimdBackend } from '../backend';
import { ACTIVATION, type Activation, abi } from '../generated/abi';
import {
  computeFewChannels,
  computePointwise,
  fewChannelsFilterGradient,
  isFewChannels,
  isFewChannelsGradient,
  isPointwise,
} from './conv-few-channels';
import {
  backwardTaps,
  type ConvGeometry,
  computeDirect,
  forwardTaps,
  type Operands,
  sumChunks,
  tableOf,
  writeTable,
} from './conv-tiles';
import { computeUpsample2x, type Upsample2x, upsample2xFilterGradient, upsample2xOf } from './conv-upsample2x';
import { runUnary } from './elementwise';
import { fusedPlan } from './fused-plan';
import { allFloat, type Kernel, shapeMatches, sizeOf } from './kernel';
import { computeWinograd, suitsWinograd, winogradFilterGradient } from './winograd';

type Shape4 = [number, number, number, number];
type Info = backend_util.Conv2DInfo;

interface ConvAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number | undefined;
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

const read = (attrs: NamedAttrMap): ConvAttrs => attrs as unknown as ConvAttrs;

/** What follows from the shapes of a convolution alone. A model asks for the same ones again and again. */
interface Plan {
  readonly info: Info;
  /** The geometry of the forward pass, which is that of the filter's gradient too. */
  readonly forward: ConvGeometry;
  /** The same over an image half as large, for one that was upsampled 2x. */
  readonly upsample2x: Upsample2x | undefined;
  /** Grids of the input's gradient: see `inputGeometries`. */
  backward?: readonly ConvGeometry[] | undefined;
}

const MOST_PLANS = 1000;
const plans = new Map<string, Plan>();

function planOf(xShape: readonly number[], filterShape: readonly number[], attrs: NamedAttrMap): Plan | undefined {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = read(attrs);
  if (dataFormat === 'NCHW') return undefined;
  const key = `${xShape};${filterShape};${strides};${pad};${dilations};${dimRoundingMode}`;
  const known = plans.get(key);
  if (known) return known;
  const info = backend_util.computeConv2DInfo(
    xShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  );
  const forward = forwardGeometry(info);
  const plan = { info, forward, upsample2x: upsample2xOf(forward) };
  if (plans.size >= MOST_PLANS) plans.clear();
  plans.set(key, plan);
  return plan;
}

function forwardGeometry(info: Info): ConvGeometry {
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    rows: info.outHeight,
    cols: info.outWidth,
    filters: info.outChannels,
    stepY: info.strideHeight,
    stepX: info.strideWidth,
    table: tableOf(
      forwardTaps(info.filterHeight, info.dilationHeight, info.padInfo.top),
      forwardTaps(info.filterWidth, info.dilationWidth, info.padInfo.left),
      info.filterWidth,
    ),
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outStepY: 1,
    outStepX: 1,
    outY: 0,
    outX: 0,
  };
}

function computeConv(backend: SimdBackend, geometry: ConvGeometry, operands: Operands): void {
  if (suitsWinograd(geometry)) computeWinograd(backend, geometry, operands);
  else if (isPointwise(geometry)) computePointwise(backend, geometry, operands);
  else if (isFewChannels(geometry)) computeFewChannels(backend, geometry, operands);
  else computeDirect(backend, geometry, operands);
}

/** Where an image lies. */
interface ConvInput extends Pick<Operands, 'x' | 'second'> {
  /** Set where what lies there is half as high and wide, and the image is that upsampled 2x. */
  readonly upsample2x?: Upsample2x | undefined;
}

/** Where x lies: what it would be made of, where that has not been done and the plan can be computed so. */
function inputOf(backend: SimdBackend, x: TensorInfo, { forward, upsample2x }: Plan): ConvInput {
  const deferred = backend.deferred(x);
  if (deferred?.kind === 'repeated' && upsample2x && deferred.factorY === 2 && deferred.factorX === 2)
    return { x: deferred.from, upsample2x };
  if (deferred?.kind === 'joined' && suitsWinograd(forward))
    return { x: deferred.first, second: { at: deferred.second, firstChannels: deferred.firstChannels } };
  return { x: backend.address(x) };
}

function forward(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  activation: Activation,
  plan: Plan,
): TensorInfo {
  const { x: from, second, upsample2x } = inputOf(backend, x, plan);
  const weights = backend.address(filter);
  const biasAt = bias ? backend.address(bias) : NONE;
  const out = backend.output(plan.info.outShape, 'float32');
  const to = backend.address(out);
  const operands = { x: from, second, out: to, filter: weights, flip: false, bias: biasAt, activation };
  if (upsample2x) computeUpsample2x(backend, upsample2x, operands);
  else computeConv(backend, plan.forward, operands);
  return out;
}

const conv2D: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const filter = inputs.filter!;
  const plan = planOf(x.shape, filter.shape, attrs);
  if (!plan || !allFloat(x, filter) || plan.info.inChannels === 0) return undefined;
  return forward(backend, x, filter, undefined, ACTIVATION.none, plan);
};

const fusedConv2D: Kernel = (call) => {
  const { backend, inputs, attrs } = call;
  const x = inputs.x!;
  const filter = inputs.filter!;
  const plan = planOf(x.shape, filter.shape, attrs);
  if (!plan || !allFloat(x, filter) || plan.info.inChannels === 0) return undefined;
  const fused = fusedPlan(call, plan.info.outChannels);
  if (!fused) return undefined;
  const out = forward(backend, x, filter, fused.bias, fused.tile, plan);
  if (fused.after !== undefined)
    runUnary(backend, backend.address(out), backend.address(out), sizeOf(out.shape), fused.after, fused.alpha);
  return out;
};

/** Positions of one remainder by the stride meet the same taps, so each remainder is a plain convolution of dy. */
function inputGeometries(info: Info): ConvGeometry[] {
  const geometries: ConvGeometry[] = [];
  for (let y = 0; y < Math.min(info.strideHeight, info.inHeight); y++) {
    for (let x = 0; x < Math.min(info.strideWidth, info.inWidth); x++) {
      geometries.push({
        batch: info.batchSize,
        height: info.outHeight,
        width: info.outWidth,
        channels: info.outChannels,
        rows: Math.ceil((info.inHeight - y) / info.strideHeight),
        cols: Math.ceil((info.inWidth - x) / info.strideWidth),
        filters: info.inChannels,
        stepY: 1,
        stepX: 1,
        table: tableOf(
          backwardTaps(info.filterHeight, info.dilationHeight, info.padInfo.top, info.strideHeight, y),
          backwardTaps(info.filterWidth, info.dilationWidth, info.padInfo.left, info.strideWidth, x),
          info.filterWidth,
        ),
        outHeight: info.inHeight,
        outWidth: info.inWidth,
        outStepY: info.strideHeight,
        outStepX: info.strideWidth,
        outY: y,
        outX: x,
      });
    }
  }
  return geometries;
}

const conv2DBackpropInput: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const filter = inputs.filter!;
  const plan = planOf(attrs.inputShape as unknown as number[], filter.shape, attrs);
  if (!plan || !allFloat(dy, filter) || !shapeMatches(dy, plan.info.outShape) || plan.info.outChannels === 0)
    return undefined;
  const x = backend.address(dy);
  const weights = backend.address(filter);
  const { info, upsample2x } = plan;
  const write = (out: Address) => {
    const operands = { x, out, filter: weights, flip: true, bias: NONE, activation: ACTIVATION.none };
    plan.backward ??= inputGeometries(info);
    for (const geometry of plan.backward) computeConv(backend, geometry, operands);
  };
  // of an upsampled image only the small one needs a gradient
  if (upsample2x) {
    const what = { kind: 'inputGradient', dy: x, filter: weights, filters: info.outChannels } as const;
    return backend.defer(info.inShape, what, [x, weights], write);
  }
  const out = backend.output(info.inShape, 'float32');
  write(backend.address(out));
  return out;
};

/** Pixels that the filter's gradient packs at a time, and rows of the filter that an item computes, so that both stay in cache. */
const MOST_BLOCK_PIXELS = 128;
const MOST_BLOCK_ROWS = 192;
/** Items that it is cut into where pixels suffice, and bytes of the partial sums that this takes. */
const WANTED_ITEMS = 12;
const MOST_PARTIAL_BYTES = 16 * 1024 * 1024;

const conv2DBackpropFilter: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const dy = inputs.dy!;
  const plan = planOf(x.shape, attrs.filterShape as unknown as number[], attrs);
  if (!plan || !allFloat(x, dy) || !shapeMatches(dy, plan.info.outShape)) return undefined;
  const { info } = plan;
  const { runtime } = backend;
  const geometry = plan.forward;
  const { x: from, second, upsample2x } = inputOf(backend, x, plan);
  const gradient = backend.address(dy);
  const out = backend.output(info.filterShape, 'float32');
  const size = sizeOf(info.filterShape);
  if (size === 0) return out;
  const { table, filters } = geometry;
  const to = backend.address(out);
  if (upsample2x) {
    upsample2xFilterGradient(backend, upsample2x, { x: from, dy: gradient, out: to });
    return out;
  }
  if (info.batchSize > 0 && suitsWinograd(geometry)) {
    winogradFilterGradient(backend, geometry, { x: from, second, dy: gradient, out: to });
    return out;
  }
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  if (pixels > 0 && isFewChannelsGradient(geometry)) {
    fewChannelsFilterGradient(backend, geometry, from, gradient, to);
    return out;
  }
  const mBlocks = Math.ceil((table.run * info.inChannels) / MOST_BLOCK_ROWS);
  const tasks = table.groups.length * mBlocks;
  // Few tasks: each is cut into chunks of pixels, summed afterwards. The cut depends on the shape alone, so does the sum.
  const most = Math.min(
    Math.ceil(pixels / (2 * MOST_BLOCK_PIXELS)),
    Math.max(1, Math.floor(MOST_PARTIAL_BYTES / (size * 4))),
  );
  const wanted = Math.max(1, Math.min(most, Math.ceil(WANTED_ITEMS / tasks)));
  const chunk = Math.max(MOST_BLOCK_PIXELS, Math.ceil(pixels / wanted / MOST_BLOCK_PIXELS) * MOST_BLOCK_PIXELS);
  const chunks = Math.max(1, Math.ceil(pixels / chunk));

  const tableBytes = Math.ceil(table.words.length / 16) * 64;
  const partBytes = Math.ceil((size * 4) / 64) * 64;
  const panelRows =
    Math.ceil(Math.min(MOST_BLOCK_ROWS, table.run * info.inChannels) / 6) * SIX_WORDS +
    Math.ceil(filters / 8) * PANEL_ROW;
  const perThread = MOST_BLOCK_PIXELS * panelRows + 256;
  const tableAt = runtime.heap.allocate(
    tableBytes + (chunks > 1 ? partBytes * chunks : 0) + perThread * runtime.threads,
  );
  const partsAt = behind(tableAt, tableBytes);
  const order = writeTable(runtime.memory, tableAt, table);
  const args = {
    shared: {
      x: from,
      out: chunks > 1 ? partsAt : to,
      batch: info.batchSize,
      height: info.inHeight,
      width: info.inWidth,
      channels: info.inChannels,
      rows: info.outHeight,
      cols: info.outWidth,
      filters,
      stepY: info.strideHeight,
      stepX: info.strideWidth,
      tapGroups: table.groups.length,
      table: tableAt,
      run: table.run,
      block: MOST_BLOCK_PIXELS,
      scratch: behind(partsAt, chunks > 1 ? partBytes * chunks : 0),
      scratchSize: perThread,
    },
    dy: gradient,
    chunk,
    blocks: mBlocks,
    rowsPerBlock: MOST_BLOCK_ROWS,
    order,
    partBytes,
  };
  runtime.run(abi.filterGradient, args, chunks * tasks, pixels * size < runtime.tuning.leastSharedProducts);
  if (chunks > 1) sumChunks(runtime, partsAt, to, chunks, size, partBytes);
  runtime.heap.release(tableAt);
  return out;
};

/** Two-dimensional convolution with both its gradients. */
export const convKernels: Readonly<Record<string, Kernel>> = {
  Conv2D: conv2D,
  FusedConv2D: fusedConv2D,
  Conv2DBackpropInput: conv2DBackpropInput,
  Conv2DBackpropFilter: conv2DBackpropFilter,
};
