import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core';
import { type Address, NONE } from '../abi/kernel';
import { abi, POOL, type Pool, type VolumePoolArguments } from '../generated/abi';
import { filled, toFloat } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape5 = [number, number, number, number, number];
type Info = backend_util.Conv3DInfo;

interface PoolAttrs {
  filterSize: [number, number, number] | number;
  strides: [number, number, number] | number;
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

function infoOf(shape: readonly number[], attrs: NamedAttrMap): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  return backend_util.computePool3DInfo(shape as Shape5, filterSize, strides, 1, pad, dimRoundingMode);
}

/** What all pooling kernels are told. */
function argumentsOf(info: Info, x: Address, out: Address): VolumePoolArguments {
  return {
    x,
    out,
    channels: info.inChannels,
    depth: info.inDepth,
    height: info.inHeight,
    width: info.inWidth,
    planes: info.outDepth,
    rows: info.outHeight,
    cols: info.outWidth,
    filterDepth: info.filterDepth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    stepZ: info.strideDepth,
    stepY: info.strideHeight,
    stepX: info.strideWidth,
    front: info.padInfo.front,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

function pool(kind: Pool): Kernel {
  return ({ backend, inputs, attrs }) => {
    const x = inputs.x!;
    if (!allFloat(x)) return undefined;
    const info = infoOf(x.shape, attrs);
    const from = backend.address(x);
    const out = backend.output(info.outShape, 'float32');
    const args = { shared: argumentsOf(info, from, backend.address(out)), pool: kind };
    const rows = info.batchSize * info.outDepth * info.outHeight;
    backend.runtime.run(abi.volumePoolRow, args, rows, sizeOf(x.shape) < backend.runtime.tuning.leastSharedElements);
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
  const args = { shared: argumentsOf(info, from, backend.address(out)), dy: gradient };
  const items = info.batchSize * Math.ceil(info.inChannels / 4);
  backend.runtime.run(abi.maxVolumeGradient, args, items, sizeOf(x.shape) < backend.runtime.tuning.leastSharedElements);
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
  const args = { shared: argumentsOf(info, NONE, backend.address(out)), dy: gradient };
  const rows = info.batchSize * info.inDepth * info.inHeight;
  backend.runtime.run(abi.meanVolumeGradient, args, rows, sizeOf(x.shape) < backend.runtime.tuning.leastSharedElements);
  return out;
};

/** Three-dimensional pooling with its gradients. */
export const pool3DKernels: Readonly<Record<string, Kernel>> = {
  MaxPool3D: pool(POOL.max),
  AvgPool3D: pool(POOL.mean),
  MaxPool3DGrad: maxGrad,
  AvgPool3DGrad: meanGrad,
};
