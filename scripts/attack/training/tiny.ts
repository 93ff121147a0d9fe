import { initializers, input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Dataset, Loss, MultitaskModel, Source } from 'tfjs-multitask';
import { batches, random } from 'tfjs-multitask/data';
import { SeededDropout } from 'tfjs-multitask/layers';
import { bce, mse } from 'tfjs-multitask/losses';
import { fromLayersModel } from 'tfjs-multitask/models';
import type { Setup, Task } from './setup';

/** Is told of every moment of a fit at which code of the user runs; what it throws, that code throws. */
export type OnMoment = (what: string) => void;

const WIDTH = 4;
const SAMPLES = 9;
export const EPOCHS = 4;

/** A net with all that has a state of its own: batch norm's statistics, and dropout that counts steps. */
export function tinyModel(): MultitaskModel<Task> {
  const dense = (units: number, name: string, seed: number, activation: 'relu' | 'sigmoid' | 'linear') =>
    layers.dense({ units, name, activation, kernelInitializer: initializers.glorotUniform({ seed }) });
  const x = input({ shape: [WIDTH], name: 'x' });
  let trunk = dense(5, 'trunk', 1, 'relu').apply(x) as SymbolicTensor;
  trunk = layers.batchNormalization({ name: 'norm' }).apply(trunk) as SymbolicTensor;
  trunk = new SeededDropout({ rate: 0.3, seed: 2, name: 'drop' }).apply(trunk) as SymbolicTensor;
  const level = dense(1, 'level', 3, 'linear').apply(trunk) as SymbolicTensor;
  const sign = dense(1, 'sign', 4, 'sigmoid').apply(trunk) as SymbolicTensor;
  return fromLayersModel(layersModel({ inputs: x, outputs: [level, sign] }), ['level', 'sign']);
}

/** Samples whose level is the sum of their numbers; every third lacks its sign. */
function tinyDataset(onMoment: OnMoment): Dataset<Task> {
  const rows = Array.from({ length: SAMPLES }, (_, i) => ({
    id: `sample ${i}`,
    tasks: (i % 3 === 2 ? ['level'] : ['level', 'sign']) as Task[],
  }));
  return {
    rows,
    async read(index) {
      onMoment('reading a sample');
      const { normal } = random(5, 'sample', index);
      const data = Float32Array.from({ length: WIDTH }, () => normal());
      const sum = data.reduce((total, value) => total + value, 0);
      const level = { data: Float32Array.of(sum / 4), shape: [1] };
      const sign = { data: Uint8Array.of(sum > 0 ? 1 : 0), shape: [1] };
      return { x: { data, shape: [WIDTH] }, y: index % 3 === 2 ? { level } : { level, sign } };
    },
  };
}

/** The training and the validation source. */
export function tinySources({ prefetch }: Setup, onMoment: OnMoment): readonly [Source<Task>, Source<Task>] {
  const dataset = tinyDataset(onMoment);
  const training = batches(dataset, {
    indices: [0, 1, 2, 3, 4, 5, 6],
    batchSize: 2,
    seed: 7,
    prefetch,
    augment(sample, { id, epoch, repeat }) {
      onMoment('augmenting');
      const { normal } = random(9, id, epoch, repeat);
      return { ...sample, x: { ...sample.x, data: Float32Array.from(sample.x.data, (v) => v + 0.1 * normal()) } };
    },
  });
  return [training, batches(dataset, { indices: [7, 8, 0], shuffle: false, prefetch })];
}

/** A loss that tells when it is asked. */
function told(loss: Loss, what: string, onMoment: OnMoment): Loss {
  const telling: Loss = (...args) => {
    onMoment(what);
    return loss(...args);
  };
  return Object.assign(telling, loss);
}

export const tinyLosses = (onMoment: OnMoment): Record<Task, Loss> => ({
  level: told(mse(), 'the loss of level', onMoment),
  sign: told(bce(), 'the loss of sign', onMoment),
});
