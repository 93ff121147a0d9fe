import { add, clone, dispose, mul, type Tensor, tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { weightVariables } from '../../internal/layer-weights';
import type { PlainData } from '../../types';

/** An exponential moving average of a net's weights. */
export interface WeightAverage {
  /** Adds the weights as they are now. */
  update(): void;
  /** Runs `body` with the averaged weights in the net. */
  during<R>(body: () => Promise<R>): Promise<R>;
  /** Leaves the averaged weights in the net and starts afresh. */
  finish(): void;
  save(): Promise<PlainData>;
  load(state: PlainData): void;
  dispose(): void;
}

/**
 * a <- decay a + (1 - decay) w after every optimizer step, starting from the weights after the first one; moving
 * statistics of batch norm are averaged like the rest. Source: Polyak, Juditsky, 1992, doi:10.1137/0330046.
 */
export function createWeightAverage(net: LayersModel, decay: number): WeightAverage {
  let averages: Variable[] = [];
  const variables = (): Variable[] => weightVariables(net);
  const assign = (values: readonly Tensor[]): void => {
    for (const [i, target] of variables().entries()) target.assign(values[i]);
  };
  const clear = (): void => {
    dispose(averages);
    averages = [];
  };
  return {
    update() {
      if (averages.length === 0) averages = variables().map((weight) => variable(weight, false));
      tidy(() => {
        for (const [i, weight] of variables().entries()) {
          averages[i].assign(add(mul(averages[i], decay), mul(weight, 1 - decay)));
        }
      });
    },
    async during(body) {
      if (averages.length === 0) return body();
      const raw = variables().map((weight) => clone(weight));
      assign(averages);
      try {
        return await body();
      } finally {
        assign(raw);
        dispose(raw);
      }
    },
    finish() {
      if (averages.length > 0) assign(averages);
      clear();
    },
    save: () => Promise.all(averages.map(async (average) => (await average.data<'float32'>()).slice())),
    load(state) {
      clear();
      const values = state as readonly Float32Array[];
      // Nothing is held before the first update.
      const weights = values.length === 0 ? [] : variables();
      averages = tidy(() => weights.map(({ shape }, i) => variable(tensor(values[i], shape), false)));
    },
    dispose: clear,
  };
}
