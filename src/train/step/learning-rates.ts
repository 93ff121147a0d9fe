import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkRange } from '../../internal/check';
import { checkRecord } from '../../internal/check-kinds';
import { layersOfPart } from '../../internal/parts';
import type { Rates } from './updater';

/**
 * What the step of each variable is multiplied by: the rate of the longest of the parts that its layer belongs to.
 *
 * @throws {RangeError} for a part without layers that have weights, and for a rate that is no finite number of at least 0.
 */
export function readRates(net: LayersModel, learningRates: Readonly<Record<string, number>>): Rates {
  checkRecord(learningRates, 'createTrainer: learningRates');
  const rates = new Map<number, number>();
  const parts = Object.keys(learningRates).sort((a, b) => a.length - b.length);
  for (const part of parts) {
    const rate = learningRates[part];
    checkRange(rate, 0, Number.MAX_VALUE, `createTrainer: learningRates.${part}`);
    for (const { layer } of layersOfPart(net, part, 'createTrainer: learningRates')) {
      for (const weight of layer.weights) rates.set(weight.read().id, rate);
    }
  }
  return rates;
}
