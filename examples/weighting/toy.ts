import {
  exp,
  neg,
  ones,
  squaredDifference,
  sub,
  sum,
  type Tensor1D,
  tensor2d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import type { Loss, Source } from 'tfjs-multitask';
import { fromLayersModel } from 'tfjs-multitask/models';
import { cosineDecay, createTrainer, learningRate } from 'tfjs-multitask/train';
import type { Method } from './methods';

export type ToyTask = 'a' | 'b';

/** Two losses. */
export type Point = readonly [a: number, b: number];

/** Where a way of balancing ended. */
export interface EndPoint {
  readonly name: string;
  readonly kind: Method<ToyTask>['kind'];
  readonly losses: Point;
  /** To the nearest point of the front. */
  readonly distance: number;
}

const RATE = 0.1;
const START = [0.9, -0.3];
const CENTRE = Math.SQRT1_2;

/**
 * Of two parameters: 1 - exp(-|p - c|^2), c = (1, 1) / sqrt 2 for one task and its opposite for the other. Source:
 * Fonseca, Fleming, 1995, doi:10.1162/evco.1995.3.1.1.
 */
const lossAt =
  (centre: number): Loss =>
  (_, y) =>
    tidy(() => sub(1, exp(neg(sum(squaredDifference(y, centre), 1)))) as Tensor1D);

/** Its Pareto front is known: p = (t, t) between the two centres. It bends outwards, so no fixed weights find its middle. */
export const paretoFront: readonly Point[] = Array.from({ length: 401 }, (_, i) => {
  const t = CENTRE * (i / 200 - 1);
  const loss = (centre: number): number => 1 - Math.exp(-2 * (t - centre) ** 2);
  return [loss(CENTRE), loss(-CENTRE)];
});

/** Trains the two parameters with a way of balancing. Without `clipNorm`, imtlL and fairGrad would leap off the front. */
export async function runToy({ name, kind, make }: Method<ToyTask>, steps: number): Promise<EndPoint> {
  const x = input({ shape: [1] });
  const point = layers.dense({ units: 2, useBias: false, name: 'point' }).apply(x);
  const outputs = ['a', 'b'].map((task) => layers.activation({ activation: 'linear', name: task }).apply(point));
  const model = fromLayersModel(layersModel({ inputs: x, outputs: outputs as (typeof x)[] }), ['a', 'b'] as ToyTask[]);
  tidy(() => model.net.setWeights([tensor2d(START, [1, 2])]));
  const losses = { a: lossAt(CENTRE), b: lossAt(-CENTRE) };
  const trainer = createTrainer(model, { optimizer: train.sgd(RATE), losses, clipNorm: 1, ...make() });

  const batch = { x: ones([1, 1]), y: { a: ones([1, 2]), b: ones([1, 2]) } };
  const source: Source<ToyTask> = () => Array.from({ length: 25 }, () => batch);
  const decay = learningRate<ToyTask>(cosineDecay({ from: RATE }));
  await trainer.fit(source, { epochs: Math.ceil(steps / 25), callbacks: [decay] });
  const { a, b } = await trainer.evaluate(() => [batch]);

  for (const tensor of [batch.x, batch.y.a, batch.y.b]) tensor.dispose();
  trainer.dispose();
  model.dispose();
  const distances = paretoFront.map((other) => Math.hypot(a.loss - other[0], b.loss - other[1]));
  return { name, kind, losses: [a.loss, b.loss], distance: Math.min(...distances) };
}
