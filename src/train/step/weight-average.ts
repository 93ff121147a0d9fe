import { add, clone, dispose, mul, tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Held, holdVariables } from '../../internal/held';
import { weightVariables } from '../../internal/layer-weights';

/** An exponential moving average of a net's weights. */
export interface WeightAverage {
  /** Adds the weights as they are now. */
  update(): void;
  /** Puts the averaged weights into the net; `restore` puts back those that it has now. */
  swap(): Held;
  /** Leaves the averaged weights in the net and starts afresh. */
  finish(): void;
  save(): Promise<readonly Float32Array[]>;
  /** Restores what `save` returned of this net. */
  load(values: readonly Float32Array[]): void;
  /** Holds the average as it is now. */
  hold(): Held;
  dispose(): void;
}

/**
 * a <- decay a + (1 - decay) w after every optimizer step, starting from the weights after the first one; moving
 * statistics of batch norm are averaged like the rest. Source: Polyak, Juditsky, 1992, doi:10.1137/0330046.
 */
export function createWeightAverage(net: LayersModel, decay: number): WeightAverage {
  let averages: Variable[] = [];
  const variables = (): Variable[] => weightVariables(net);
  const assignAverages = (): void => {
    if (averages.length === 0) return;
    for (const [i, target] of variables().entries()) target.assign(averages[i]);
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
    swap() {
      const raw = holdVariables(averages.length === 0 ? [] : variables());
      assignAverages();
      return raw;
    },
    finish() {
      assignAverages();
      clear();
    },
    save: () => Promise.all(averages.map(async (average) => (await average.data<'float32'>()).slice())),
    load(values) {
      clear();
      // Nothing is held before the first update.
      const weights = values.length === 0 ? [] : variables();
      averages = tidy(() => {
        const loaded = weights.map(({ shape }, i) => tensor(values[i], shape));
        return loaded.map((value) => variable(value, false));
      });
    },
    hold() {
      const values = averages.map((average) => clone(average));
      return {
        restore() {
          clear();
          averages = values.map((value) => variable(value, false));
        },
        dispose: () => dispose(values),
      };
    },
    dispose: clear,
  };
}
