import { backend_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { behind } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { BINARY } from '../generated/abi';
import { backwardTaps, forwardTaps, type Tap } from './conv-tiles';
import { convKernels } from './conv2d';
import { filled, runBinary } from './elementwise';
import { allFloat, type Kernel, shapeMatches, sizeOf } from './kernel';
import { copyBox } from './layout';

type Shape5 = [number, number, number, number, number];
type Info = backend_util.Conv3DInfo;

interface Conv3DAttrs {
  strides: [number, number, number] | number;
  pad: 'valid' | 'same';
  dilations?: [number, number, number] | number | undefined;
}

/** What a convolution of planes, two-dimensional, is told. */
interface PlaneAttrs {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC';
}

function planeAttrs({ padInfo, ...info }: Info): PlaneAttrs {
  return {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pad: [
      [0, 0],
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
      [0, 0],
    ],
    dataFormat: 'NHWC',
  };
}

function infoOf(xShape: readonly number[], filterShape: readonly number[], attrs: NamedAttrMap): Info | undefined {
  const { strides, pad, dilations } = attrs as unknown as Conv3DAttrs;
  const info = backend_util.computeConv3DInfo(xShape as Shape5, filterShape as Shape5, strides, dilations ?? 1, pad);
  return sizeOf(info.filterShape) > 0 && sizeOf(info.inShape) > 0 && sizeOf(info.outShape) > 0 ? info : undefined;
}

const run = (backend: SimdBackend, name: string, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo =>
  convKernels[name]({ backend, inputs, attrs: attrs as NamedAttrMap }) as TensorInfo;

/** Some images of a batch and some positions along their depth. */
interface Piece {
  readonly image: number;
  readonly images: number;
  readonly start: number;
  readonly count: number;
}

/** Cuts `images` times `count` positions into pieces whose unfolded planes take `most` bytes at most, if one position does. */
function piecesOf({ runtime }: SimdBackend, images: number, count: number, positionBytes: number): Piece[] {
  const most = runtime.tuning.mostUnfoldedBytes;
  if (images * count * positionBytes <= most) return [{ image: 0, images, start: 0, count }];
  const step = Math.max(1, Math.floor(most / positionBytes));
  const pieces: Piece[] = [];
  for (let image = 0; image < images; image++) {
    for (let start = 0; start < count; start += step)
      pieces.push({ image, images: 1, start, count: Math.min(step, count - start) });
  }
  return pieces;
}

/**
 * Unfolds x along its depth: the planes [images * count, height, width, taps * channels] whose channels are those of each tap's plane
 * around `position * step`, zeros outside.
 */
function unfold(backend: SimdBackend, x: TensorInfo, taps: readonly Tap[], step: number, piece: Piece): TensorInfo {
  const [, depth, height, width, channels] = x.shape as Shape5;
  const { image, images, start, count } = piece;
  const pixels = height * width;
  const length = taps.length * channels;
  const ranges = taps.map(({ offset }) => {
    const first = Math.min(count, Math.max(0, Math.ceil(-offset / step) - start));
    return {
      offset,
      first,
      end: Math.max(first, Math.min(count, Math.floor((depth - 1 - offset) / step) + 1 - start)),
    };
  });
  const from = backend.address(x);
  const whole = ranges.every(({ first, end }) => first === 0 && end === count);
  const shape = [images * count, height, width, length];
  const out = whole ? backend.output(shape, 'float32') : filled(backend, shape, 0);
  const to = backend.address(out);
  ranges.forEach(({ offset, first, end }, t) => {
    const plane = image * depth + (start + first) * step + offset;
    copyBox(
      backend,
      behind(from, plane * pixels * channels * 4),
      behind(to, (first * pixels * length + t * channels) * 4),
      [
        [images, depth * pixels * channels, count * pixels * length],
        [Math.max(0, end - first), step * pixels * channels, pixels * length],
        [pixels, channels, length],
        [channels, 1, 1],
      ],
    );
  });
  return out;
}

/** The taps' planes of a filter [depth, height, width, channels, out] side by side: their channels, or with `side` 'out' their outputs. */
function filterOf(backend: SimdBackend, filter: TensorInfo, taps: readonly Tap[], side: 'in' | 'out'): TensorInfo {
  const [, tall, wide, channels, filters] = filter.shape as Shape5;
  const from = backend.address(filter);
  const shape =
    side === 'in' ? [tall, wide, taps.length * channels, filters] : [tall, wide, channels, taps.length * filters];
  const out = backend.output(shape, 'float32');
  const to = backend.address(out);
  const size = tall * wide * channels * filters;
  taps.forEach(({ index }, t) => {
    const at = behind(to, t * (side === 'in' ? channels * filters : filters) * 4);
    copyBox(backend, behind(from, index * size * 4), at, [
      [tall * wide, channels * filters, taps.length * channels * filters],
      [channels, filters, side === 'in' ? filters : taps.length * filters],
      [filters, 1, 1],
    ]);
  });
  return out;
}

/** Writes the planes of a piece to where they lie in a tensor [images, depth, ...]: each `step` planes, the first at `first`. */
function place(backend: SimdBackend, planes: TensorInfo, to: TensorInfo, piece: Piece, step = 1, first = 0): void {
  const depth = to.shape[1];
  const size = sizeOf(to.shape.slice(2));
  const plane = piece.image * depth + piece.start * step + first;
  copyBox(backend, backend.address(planes), behind(backend.address(to), plane * size * 4), [
    [piece.images, piece.count * size, depth * size],
    [piece.count, size, step * size],
    [size, 1, 1],
  ]);
}

const conv3D: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const filter = inputs.filter!;
  const info = infoOf(x.shape, filter.shape, attrs);
  if (!info || !allFloat(x, filter)) return undefined;
  const taps = forwardTaps(info.filterDepth, info.dilationDepth, info.padInfo.front);
  const weights = filterOf(backend, filter, taps, 'in');
  const out = backend.output(info.outShape, 'float32');
  const bytes = info.inHeight * info.inWidth * taps.length * info.inChannels * 4;
  for (const piece of piecesOf(backend, info.batchSize, info.outDepth, bytes)) {
    const planes = unfold(backend, x, taps, info.strideDepth, piece);
    const y = run(backend, 'Conv2D', { x: planes, filter: weights }, planeAttrs(info));
    backend.disposeIntermediateTensorInfo(planes);
    place(backend, y, out, piece);
    backend.disposeIntermediateTensorInfo(y);
  }
  backend.disposeIntermediateTensorInfo(weights);
  return out;
};

const backpropInput: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const filter = inputs.filter!;
  const info = infoOf(attrs.inputShape as unknown as number[], filter.shape, attrs);
  if (!info || !allFloat(dy, filter) || !shapeMatches(dy, info.outShape)) return undefined;
  const { batchSize, inDepth, inHeight, inWidth, inChannels, strideDepth } = info;
  const out = filled(backend, info.inShape, 0);
  // planes that leave the same remainder by the stride meet the same taps
  for (let z = 0; z < Math.min(strideDepth, inDepth); z++) {
    const taps = backwardTaps(info.filterDepth, info.dilationDepth, info.padInfo.front, strideDepth, z);
    if (taps.length === 0) continue;
    const weights = filterOf(backend, filter, taps, 'out');
    const bytes = info.outHeight * info.outWidth * taps.length * info.outChannels * 4;
    for (const piece of piecesOf(backend, batchSize, Math.ceil((inDepth - z) / strideDepth), bytes)) {
      const planes = unfold(backend, dy, taps, 1, piece);
      const inputShape = [piece.images * piece.count, inHeight, inWidth, inChannels];
      const attrs2 = { ...planeAttrs(info), inputShape };
      const dx = run(backend, 'Conv2DBackpropInput', { dy: planes, filter: weights }, attrs2);
      backend.disposeIntermediateTensorInfo(planes);
      place(backend, dx, out, piece, strideDepth, z);
      backend.disposeIntermediateTensorInfo(dx);
    }
    backend.disposeIntermediateTensorInfo(weights);
  }
  return out;
};

const backpropFilter: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.x!;
  const dy = inputs.dy!;
  const info = infoOf(x.shape, attrs.filterShape as unknown as number[], attrs);
  if (!info || !allFloat(x, dy) || !shapeMatches(dy, info.outShape)) return undefined;
  const { filterDepth, filterHeight, filterWidth, inChannels, outChannels } = info;
  const taps = forwardTaps(filterDepth, info.dilationDepth, info.padInfo.front);
  const out = backend.output(info.filterShape, 'float32');
  const attrs2 = {
    ...planeAttrs(info),
    filterShape: [filterHeight, filterWidth, filterDepth * inChannels, outChannels],
  };
  const bytes = info.inHeight * info.inWidth * taps.length * inChannels * 4;
  let sum: TensorInfo | undefined;
  for (const piece of piecesOf(backend, info.batchSize, info.outDepth, bytes)) {
    const planes = unfold(backend, x, taps, info.strideDepth, piece);
    const gradient = unfold(backend, dy, [{ index: 0, offset: 0 }], 1, piece);
    const part = run(backend, 'Conv2DBackpropFilter', { x: planes, dy: gradient }, attrs2);
    backend.disposeIntermediateTensorInfo(planes);
    backend.disposeIntermediateTensorInfo(gradient);
    if (!sum) {
      sum = part;
      continue;
    }
    const next = runBinary(backend, sum, part, BINARY.add);
    backend.disposeIntermediateTensorInfo(sum);
    backend.disposeIntermediateTensorInfo(part);
    sum = next;
  }
  // [height, width, depth, channels, out] -> [depth, height, width, channels, out]
  const each = inChannels * outChannels;
  copyBox(backend, backend.address(sum!), backend.address(out), [
    [filterDepth, each, filterHeight * filterWidth * each],
    [filterHeight * filterWidth, filterDepth * each, each],
    [each, 1, 1],
  ]);
  backend.disposeIntermediateTensorInfo(sum!);
  return out;
};

/**
 * Three-dimensional convolution with both its gradients: the planes that a position along the depth reads, side by side as
 * channels, are an image of the two-dimensional convolution, which chooses how.
 */
export const conv3DKernels: Readonly<Record<string, Kernel>> = {
  Conv3D: conv3D,
  Conv3DBackpropInputV2: backpropInput,
  Conv3DBackpropFilterV2: backpropFilter,
};
