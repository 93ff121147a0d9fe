import { mean, square, sub, type Tensor, type Tensor1D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { initializers, input, type LayersModel, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import type { Batch, Loss, MultitaskModel, SomeTasks } from '../../src/types';

/** The mean square of each sample, written here so that the trainer's tests stand on nothing else of the library. */
export const squares: Loss = (yTrue, yPred) => tidy(() => mean(square(sub(yPred, yTrue)), 1) as Tensor1D);

export type TinyTask = 'a' | 'b';

/**
 * x [2] -> shared [2], linear, no bias -> heads a [1] and b [1], linear, no bias; weights given, so that a step can be
 * worked out by hand.
 */
export function tinyModel(
  shared: number[] = [1, 0, 0, 1],
  a: number[] = [1, 1],
  b: number[] = [1, -1],
): MultitaskModel<TinyTask> {
  const dense = (units: number, name: string) =>
    layers.dense({ units, name, useBias: false, kernelInitializer: initializers.zeros() });
  const x = input({ shape: [2] });
  const trunk = dense(2, 'shared').apply(x) as ReturnType<typeof input>;
  const outputs = [dense(1, 'a').apply(trunk), dense(1, 'b').apply(trunk)] as ReturnType<typeof input>[];
  const net: LayersModel = layersModel({ inputs: x, outputs });
  tidy(() => net.setWeights([tensor2d(shared, [2, 2]), tensor2d(a, [2, 1]), tensor2d(b, [2, 1])]));
  return {
    net,
    tasks: ['a', 'b'],
    outputs: { a: { kind: 'value', width: 1 }, b: { kind: 'value', width: 1 } },
    predict: (value: Tensor) => {
      const [first, second] = net.predict(value) as Tensor[];
      return { a: first, b: second };
    },
    dispose: () => void net.dispose(),
  };
}

/** Makes a batch from rows of numbers; the caller disposes it with `disposeBatch`. */
export function tinyBatch(
  x: readonly (readonly number[])[],
  y: SomeTasks<TinyTask, readonly number[]>,
  weight: SomeTasks<TinyTask, readonly number[]> = {},
): Batch<TinyTask> {
  const column = (values: readonly number[]) => tensor2d([...values], [values.length, 1]);
  const vector = (values: readonly number[]) => tensor1d([...values]);
  const map = <V>(record: SomeTasks<TinyTask, readonly number[]>, make: (values: readonly number[]) => V) =>
    Object.fromEntries(Object.entries(record).map(([task, values]) => [task, make(values)])) as SomeTasks<TinyTask, V>;
  return {
    x: tensor2d(
      x.map((row) => [...row]),
      [x.length, 2],
    ),
    y: map(y, column),
    weight: map(weight, vector),
  };
}

export function disposeBatch(batch: Batch<string>): void {
  batch.x.dispose();
  for (const value of [...Object.values(batch.y), ...Object.values(batch.weight ?? {})]) value?.dispose();
}

/** The weights of a tiny model as one flat list: shared, a, b. (`getWeights` would change the order on freezing.) */
export async function flatWeights(model: { readonly net: LayersModel }): Promise<number[]> {
  const values = await Promise.all(['shared', 'a', 'b'].map((name) => model.net.getLayer(name).getWeights()[0].data()));
  return values.flatMap((value) => Array.from(value));
}
