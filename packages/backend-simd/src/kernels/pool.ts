import { backend_util, type NamedAttrMap, util } from '@tensorflow/tfjs-core';
import { type Address, NONE } from '../abi/kernel';
import { abi, POOL, type Pool, type PoolArguments } from '../generated/abi';
import { filled } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape4 = [number, number, number, number];

interface PoolAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

function infoOf(shape: readonly number[], attrs: NamedAttrMap): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  return backend_util.computePool2DInfo(shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
}

/** What all pooling kernels are told. */
function argumentsOf(info: backend_util.Conv2DInfo, x: Address, out: Address): PoolArguments {
  return {
    x,
    out,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    rows: info.outHeight,
    cols: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    stepY: info.strideHeight,
    stepX: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
  };
}

function pool(kind: Pool): Kernel {
  return ({ backend, inputs, attrs }) => {
    const x = inputs.x!;
    if (!allFloat(x)) return undefined;
    const info = infoOf(x.shape, attrs);
    if (info.filterHeight === 1 && info.filterWidth === 1 && util.arraysEqual(info.inShape, info.outShape)) {
      return backend.alias(x, x.shape); // as every backend does, though with a step and padding windows lie outside
    }
    const from = backend.address(x);
    const out = backend.output(info.outShape, 'float32');
    const args = { shared: argumentsOf(info, from, backend.address(out)), pool: kind };
    backend.runtime.dispatch(
      abi.poolRow,
      args,
      info.batchSize * info.outHeight,
      sizeOf(x.shape) < backend.runtime.tuning.leastSharedElements,
    );
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
  const args = { shared: argumentsOf(info, from, backend.address(out)), dy: gradient, apart };
  const items = apart ? info.outHeight : Math.ceil(info.inChannels / 4);
  backend.runtime.dispatch(
    abi.maxPoolGradient,
    args,
    info.batchSize * items,
    sizeOf(x.shape) < backend.runtime.tuning.leastSharedElements,
  );
  return out;
};

const avgPoolGrad: Kernel = ({ backend, inputs, attrs }) => {
  const dy = inputs.dy!;
  const x = inputs.input!;
  if (!allFloat(dy, x)) return undefined;
  const info = infoOf(x.shape, attrs);
  const gradient = backend.address(dy);
  const out = backend.output(x.shape, 'float32');
  const args = { shared: argumentsOf(info, NONE, backend.address(out)), dy: gradient };
  backend.runtime.run(
    abi.meanPoolGradient,
    args,
    info.batchSize * info.inHeight,
    sizeOf(x.shape) < backend.runtime.tuning.leastSharedElements,
  );
  return out;
};

/** Two-dimensional pooling with its gradients. */
export const poolKernels: Readonly<Record<string, Kernel>> = {
  MaxPool: pool(POOL.max),
  AvgPool: pool(POOL.mean),
  MaxPoolGrad: maxPoolGrad,
  AvgPoolGrad: avgPoolGrad,
};
