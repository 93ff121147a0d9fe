import {
  conv2d,
  conv3d,
  depthwiseConv2d,
  dispose,
  randomUniform,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { timeOp } from './time-op';

/** An op at a shape that a published network has. */
export interface OpCase {
  readonly name: string;
  /** Shape of the input, channels last. */
  readonly input: readonly number[];
  /** Shape of the filter: its sides, channels of the input, filters (or filters per channel). */
  readonly filter: readonly number[];
  readonly stride: number;
  readonly kind: 'conv2d' | 'depthwise' | 'conv3d';
}

/** How long an op took. */
export interface OpTime extends OpCase {
  readonly ms: number;
  /** 10^9 operations (a product and a sum are two) a second. */
  readonly gflops: number;
}

const conv = (name: string, side: number, filter: readonly number[], stride = 1): OpCase => ({
  name,
  input: [4, side, side, filter[2]],
  filter,
  stride,
  kind: 'conv2d',
});

/** Layers of ResNet, VGG, DenseNet, Inception, MobileNetV2 and a 3D U-Net, at an input of 224 pixels. */
export const OP_CASES: readonly OpCase[] = [
  conv('7x7 of stride 2, 3 to 64, 224 px', 224, [7, 7, 3, 64], 2),
  conv('3x3, 64 to 64, 56 px', 56, [3, 3, 64, 64]),
  conv('3x3 of stride 2, 128 to 128, 56 px', 56, [3, 3, 128, 128], 2),
  conv('3x3, 256 to 256, 14 px', 14, [3, 3, 256, 256]),
  conv('1x1, 64 to 256, 56 px', 56, [1, 1, 64, 256]),
  conv('1x1, 1024 to 256, 14 px', 14, [1, 1, 1024, 256]),
  conv('1x7, 192 to 192, 17 px', 17, [1, 7, 192, 192]),
  conv('5x5, 48 to 64, 35 px', 35, [5, 5, 48, 64]),
  { ...conv('depthwise 3x3, 144, 56 px', 56, [3, 3, 144, 1]), kind: 'depthwise' },
  {
    name: '3x3x3, 16 to 16, 48 voxels a side',
    input: [1, 48, 48, 48, 16],
    filter: [3, 3, 3, 16, 16],
    stride: 1,
    kind: 'conv3d',
  },
];

function compute({ kind, stride }: OpCase, x: Tensor, w: Tensor): Tensor {
  if (kind === 'conv3d') return conv3d(x as Tensor5D, w as Tensor5D, stride, 'same');
  const [image, filter] = [x as Tensor4D, w as Tensor4D];
  return kind === 'depthwise' ? depthwiseConv2d(image, filter, stride, 'same') : conv2d(image, filter, stride, 'same');
}

const product = (values: readonly number[]): number => values.reduce((total, n) => total * n, 1);

/** Operations of one op: two for each tap of each channel of each output. */
function operationsOf({ input, filter, stride, kind }: OpCase): number {
  const places = input[0] * product(input.slice(1, -1).map((side) => Math.ceil(side / stride)));
  return 2 * places * product(kind === 'depthwise' ? filter.slice(0, 3) : filter);
}

/** Times each case on the backend that is set. */
export async function measureOps(onCase: (name: string) => void): Promise<OpTime[]> {
  const times: OpTime[] = [];
  for (const one of OP_CASES) {
    const x = randomUniform([...one.input], -0.5, 0.5, 'float32', 1);
    const w = randomUniform([...one.filter], -0.5, 0.5, 'float32', 2);
    const ms = await timeOp(() => compute(one, x, w));
    dispose([x, w]);
    times.push({ ...one, ms, gflops: operationsOf(one) / ms / 1e6 });
    onCase(one.name);
  }
  return times;
}
