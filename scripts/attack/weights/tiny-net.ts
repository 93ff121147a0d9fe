import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { random } from 'tfjs-multitask/data';

/** A weight as the files of this attack hold it. */
export interface TinyWeight {
  readonly layer: string;
  /** As Keras and PyTorch call it. */
  readonly keras: string;
  readonly torch: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly torchShape: readonly number[];
  /** In PyTorch's order of axes. */
  readonly torchValues: readonly number[];
}

const SHAPES = [
  ['conv', 'kernel', 'weight', [2, 2, 1, 3]],
  ['conv', 'bias', 'bias', [3]],
  ['bn', 'gamma', 'weight', [3]],
  ['bn', 'beta', 'bias', [3]],
  ['bn', 'moving_mean', 'running_mean', [3]],
  ['bn', 'moving_variance', 'running_var', [3]],
  ['out', 'kernel', 'weight', [3, 2]],
  ['out', 'bias', 'bias', [2]],
] as const;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** `[height, width, in, out]` as `[out, in, height, width]`, `[in, out]` as `[out, in]`. */
function toTorch(values: readonly number[], shape: readonly number[]): readonly [number[], readonly number[]] {
  if (shape.length === 1) return [[...values], shape];
  const [ins, outs] = shape.slice(-2);
  const sides = shape.slice(0, -2);
  const pixels = sizeOf(sides);
  const moved = values.map((_, i) => {
    const [out, inside, pixel] = [Math.floor(i / (ins * pixels)), Math.floor(i / pixels) % ins, i % pixels];
    return values[(pixel * ins + inside) * outs + out];
  });
  return [moved, [outs, ins, ...sides]];
}

/** All weights of the net, of different numbers, each a multiple of 1/64 that every type of floats has. */
export function tinyWeights(): readonly TinyWeight[] {
  const { integer } = random(3, 'attack', 'weights');
  return SHAPES.map(([layer, keras, torch, shape]) => {
    const values = Array.from({ length: sizeOf(shape) }, () => (1 + integer(127)) / 64);
    const [torchValues, torchShape] = toTorch(values, shape);
    return { layer, keras, torch, shape, values, torchShape, torchValues };
  });
}

export function tinyNet(): LayersModel {
  const x = input({ shape: [4, 4, 1], name: 'image' });
  const then = (y: SymbolicTensor, layer: layers.Layer) => layer.apply(y) as SymbolicTensor;
  let y = then(x, layers.conv2d({ filters: 3, kernelSize: 2, name: 'conv' }));
  y = then(then(y, layers.batchNormalization({ name: 'bn' })), layers.globalAveragePooling2d({ name: 'pool' }));
  return model({ inputs: x, outputs: then(y, layers.dense({ units: 2, name: 'out' })), name: 'tiny' });
}
