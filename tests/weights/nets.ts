import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The path of a golden file. */
export const golden = (name: string): string => fileURLToPath(new URL(`../golden/weights/${name}`, import.meta.url));

export const readGolden = (name: string) => JSON.parse(readFileSync(golden(name), 'utf8'));

type Layer = { apply(x: SymbolicTensor | SymbolicTensor[]): unknown };
const then = (x: SymbolicTensor | SymbolicTensor[], layer: Layer): SymbolicTensor => layer.apply(x) as SymbolicTensor;

/** The net `small` of make_keras.py; `name` begins the names of its layers. */
export function smallKeras(name = ''): LayersModel {
  const image = input({ shape: [8, 8, 3], name: 'image' });
  let x = then(image, layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: `${name}stem` }));
  x = then(x, layers.batchNormalization({ name: `${name}stem_bn` }));
  x = then(x, layers.reLU({ name: `${name}stem_relu` }));
  const dw = { kernelSize: 3, depthMultiplier: 2, padding: 'same', name: `${name}dw` } as const;
  x = then(x, layers.depthwiseConv2d(dw));
  x = then(x, layers.batchNormalization({ scale: false, name: `${name}dw_bn` }));
  const sep = { filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: `${name}sep` } as const;
  x = then(x, layers.separableConv2d(sep));
  x = then(x, layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, name: `${name}up` }));
  x = then(x, layers.globalAveragePooling2d({ name: `${name}pool` }));
  return model({ inputs: image, outputs: then(x, layers.dense({ units: 3, name: 'out' })) });
}

/** The net of make_torch.py; `behindFlatten` adds layers that leave the numbers of a row where they are. */
export function smallTorch(behindFlatten: readonly Layer[] = []): LayersModel {
  const image = input({ shape: [8, 8, 3], name: 'image' });
  let x = then(image, layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'stem' }));
  x = then(x, layers.batchNormalization({ name: 'stem_bn' }));
  x = then(x, layers.reLU({ name: 'stem_relu' }));
  x = then(x, layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', name: 'dw' }));
  x = then(x, layers.batchNormalization({ name: 'dw_bn' }));
  x = then(x, layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, name: 'up' }));
  x = then(x, layers.flatten({ name: 'flat' }));
  for (const layer of behindFlatten) x = then(x, layer);
  x = then(x, layers.dense({ units: 4, activation: 'relu', name: 'fc' }));
  return model({ inputs: image, outputs: then(x, layers.dense({ units: 4, name: 'out' })) });
}

/** The net `branches` of make_keras.py, whose layers have automatic names, here with other numbers. */
export function branches(): LayersModel {
  const image = input({ shape: [8, 8, 3], name: 'image' });
  const conv = (count: number) =>
    layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: `conv2d_${count}` });
  const [late, early] = [conv(20), conv(21)];
  const x = then(then(image, early), layers.batchNormalization({ name: 'batch_normalization_7' }));
  const sum = then([then(x, late), x], layers.add({ name: 'sum' }));
  const y = then(sum, conv(22));
  return model({ inputs: image, outputs: then(y, layers.globalAveragePooling2d({ name: 'pool' })) });
}

/** The largest difference between what a net returns and numbers of another framework. */
export async function difference(net: LayersModel, x: number[], y: number[][]): Promise<number> {
  const shape = [y.length, ...(net.inputs[0].shape.slice(1) as number[])];
  const image = tensor(x, shape);
  const output = net.predict(image) as ReturnType<typeof tensor>;
  const found = await output.data();
  image.dispose();
  output.dispose();
  return Math.max(...y.flat().map((value, i) => Math.abs(value - found[i])));
}
