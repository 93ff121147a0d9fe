import { util } from '@tensorflow/tfjs-core';
import { abi } from '../generated/abi';
import { allFloat, type Kernel, sizeOf } from './kernel';

/** x * relu6(x + 3) / 6. */
const hardSwish: Kernel = ({ backend, inputs }) => {
  const x = inputs.x!;
  if (!allFloat(x)) throw new TypeError(`HardSwish: x must be float32, got ${x.dtype}.`);
  const from = backend.address(x);
  const out = backend.output(x.shape, 'float32');
  const count = sizeOf(x.shape);
  const { itemElements } = backend.runtime.tuning;
  const args = { x: from, out: backend.address(out), count, block: itemElements };
  backend.runtime.dispatch(abi.hardSwish, args, Math.ceil(count / itemElements));
  return out;
};

/** Its gradient by x, from dy of the same shape. */
const hardSwishGrad: Kernel = ({ backend, inputs }) => {
  const x = inputs.x!;
  const dy = inputs.dy!;
  if (!allFloat(x, dy)) throw new TypeError(`HardSwishGrad: x and dy must be float32, got ${x.dtype} and ${dy.dtype}.`);
  if (!util.arraysEqual(x.shape, dy.shape))
    throw new RangeError(`HardSwishGrad: dy must have the shape of x, [${x.shape}], got [${dy.shape}].`);
  const from = backend.address(x);
  const gradient = backend.address(dy);
  const out = backend.output(x.shape, 'float32');
  const count = sizeOf(x.shape);
  const { itemElements } = backend.runtime.tuning;
  const args = { x: from, dy: gradient, out: backend.address(out), count, block: itemElements };
  backend.runtime.dispatch(abi.hardSwishGradient, args, Math.ceil(count / itemElements));
  return out;
};

/** Hard-swish (Howard et al., 2019, arXiv:1905.02244), which TensorFlow.js has no name for. */
export const ownHardSwishKernels: Readonly<Record<string, Kernel>> = {
  HardSwish: hardSwish,
  HardSwishGrad: hardSwishGrad,
};
