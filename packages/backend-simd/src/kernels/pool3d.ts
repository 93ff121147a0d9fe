import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core';
import { KERNEL } from '../abi/board';
import { filled, toFloat } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape5 = [number, number, number, number, number];
type Info = backend_util.Conv3DInfo;

interface PoolAttrs {
  filterSize: [number, number, number] | number;
  strides: [number, number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function infoOf(shape: readonly number[], attrs: NamedAttrMap): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  return backend_util.computePool3DInfo(shape as Shape5, filterSize, strides, 1, pad, dimRoundingMode);
}

const MAX = 0;
const MEAN = 1;
type Kind = typeof MAX | typeof MEAN;

function argumentsOf(info: Info, x: number, out: number, dy: number, kind: Kind): number[] {
  const { padInfo } = info;
  const sizes = [info.inDepth, info.inHeight, info.inWidth, info.outDepth, info.outHeight, info.outWidth];
  const filter = [info.filterDepth, info.filterHeight, info.filterWidth];
  const steps = [info.strideDepth, info.strideHeight, info.strideWidth];
  return [x, out, dy, kind, info.inChannels, ...sizes, ...filter, ...steps, padInfo.front, padInfo.top, padInfo.left];
}

const SMALL = 32_768;

function pool(kind: Kind): Kernel {
  return ({ backend, inputs, attrs }) => {
    const x = inputs.x!;
    if (!allFloat(x)) return undefined;
    const info = infoOf(x.shape, attrs);
    const from = backend.address(x);
    const out = backend.output(info.outShape, 'float32');
    backend.runtime.ints.set(argumentsOf(info, from, backend.address(out), 0, kind));
    const rows = info.batchSize * info.outDepth * info.outHeight;
    backend.runtime.run(KERNEL.volumePoolRow, rows, sizeOf(x.shape) < SMALL);
    return out;
  };
}

const maxGrad: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  if (!allFloat(dy)) return undefined;
  const x = allFloat(inputs.input!) ? inputs.input! : toFloat(backend, inputs.input!);
  const info = infoOf(x.shape, attrs);
  const from = backend.address(x);
  const gradient = backend.address(dy);
  const out = filled(backend, x.shape, 0);
  backend.runtime.ints.set(argumentsOf(info, from, backend.address(out), gradient, MAX));
  const items = info.batchSize * Math.ceil(info.inChannels / 4);
  backend.runtime.run(KERNEL.maxVolumeGradient, items, sizeOf(x.shape) < SMALL);
  if (x !== inputs.input) backend.disposeIntermediateTensorInfo(x);
  return out;
};

const meanGrad: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const x = inputs.input!;
  if (!allFloat(dy)) return undefined;
  const info = infoOf(x.shape, attrs);
  const gradient = backend.address(dy);
  const out = backend.output(x.shape, 'float32');
  backend.runtime.ints.set(argumentsOf(info, 0, backend.address(out), gradient, MEAN));
  const rows = info.batchSize * info.inDepth * info.inHeight;
  backend.runtime.run(KERNEL.meanVolumeGradient, rows, sizeOf(x.shape) < SMALL);
  return out;
};

/** Three-dimensional pooling with its gradients. */
export const pool3DKernels: Readonly<Record<string, Kernel>> = {
  MaxPool3D: pool(MAX),
  AvgPool3D: pool(MEAN),
  MaxPool3DGrad: maxGrad,
  AvgPool3DGrad: meanGrad,
};
