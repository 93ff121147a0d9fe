import { backend_util, type NamedAttrMap, util } from '@tensorflow/tfjs-core';
import { KERNEL } from '../abi/board';
import { filled } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape4 = [number, number, number, number];

interface PoolAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function infoOf(shape: readonly number[], attrs: NamedAttrMap): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  return backend_util.computePool2DInfo(shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Arguments 0 to 16 of the pooling kernels. */
function argumentsOf(info: backend_util.Conv2DInfo, x: number, out: number, kind: number, dy: number): number[] {
  const {
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo,
  } = info;
  const sizes = [
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
  ];
  return [x, out, ...sizes, padInfo.top, padInfo.left, kind, dy, info.dilationHeight, info.dilationWidth];
}

const SMALL = 32_768;

function pool(kind: 0 | 1): Kernel {
  return ({ backend, inputs, attrs }) => {
    const x = inputs.x!;
    if (!allFloat(x)) return undefined;
    const info = infoOf(x.shape, attrs);
    if (info.filterHeight === 1 && info.filterWidth === 1 && util.arraysEqual(info.inShape, info.outShape)) {
      return backend.alias(x, x.shape); // as every backend does, though with a step and padding windows lie outside
    }
    const from = backend.address(x);
    const out = backend.output(info.outShape, 'float32');
    backend.runtime.ints.set(argumentsOf(info, from, backend.address(out), kind, 0));
    backend.runtime.leave(KERNEL.poolRow, info.batchSize * info.outHeight, sizeOf(x.shape) < SMALL);
    return out;
  };
}

/** Whether windows of 2x2 pixels, none in two of them, cover the image: then the gradient's kernel writes every number. */
function coversAll({ inShape, outShape, padInfo, ...info }: backend_util.Conv2DInfo): boolean {
  const halved = outShape[1] * 2 === inShape[1] && outShape[2] * 2 === inShape[2];
  const sizes = [info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth];
  return halved && sizes.every((size) => size === 2) && padInfo.top === 0 && padInfo.left === 0 && inShape[3] % 4 === 0;
}

const maxPoolGrad: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const x = inputs.input!;
  if (!allFloat(dy, x)) return undefined;
  const info = infoOf(x.shape, attrs);
  const from = backend.address(x);
  const gradient = backend.address(dy);
  const apart = info.strideHeight >= info.effectiveFilterHeight;
  const out = coversAll(info) ? backend.output(x.shape, 'float32') : filled(backend, x.shape, 0);
  backend.runtime.ints.set(argumentsOf(info, from, backend.address(out), apart ? 1 : 0, gradient));
  const items = apart ? info.outHeight : Math.ceil(info.inChannels / 4);
  backend.runtime.leave(KERNEL.maxPoolGradient, info.batchSize * items, sizeOf(x.shape) < SMALL);
  return out;
};

const avgPoolGrad: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const x = inputs.input!;
  if (!allFloat(dy, x)) return undefined;
  const info = infoOf(x.shape, attrs);
  const gradient = backend.address(dy);
  const out = backend.output(x.shape, 'float32');
  backend.runtime.ints.set(argumentsOf(info, 0, backend.address(out), 0, gradient));
  backend.runtime.run(KERNEL.meanPoolGradient, info.batchSize * info.inHeight, sizeOf(x.shape) < SMALL);
  return out;
};

/** Two-dimensional pooling with its gradients. */
export const poolKernels: Readonly<Record<string, Kernel>> = {
  MaxPool: pool(0),
  AvgPool: pool(1),
  MaxPoolGrad: maxPoolGrad,
  AvgPoolGrad: avgPoolGrad,
};
