import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, Shape } from '@tensorflow/tfjs-layers';
import { mapTasks } from '../internal/map-tasks';
import type { MultitaskModel } from '../types';
import { checkOutputNames } from './tasks';

function checkInput(x: Tensor, expected: Shape): void {
  if (x.dtype !== 'float32') {
    throw new TypeError(`predict: x must be float32, got ${x.dtype}; convert it with cast(x, 'float32').`);
  }
  if (x.shape[0] === 0) throw new RangeError('predict: x must hold at least one sample, got none.');
  const fits = x.shape.length === expected.length && expected.every((n, i) => n === null || n === x.shape[i]);
  if (fits) return;
  const sizes = ['batch', ...expected.slice(1).map((n) => n ?? 'any')].join(', ');
  const hint = x.shape.length === expected.length - 1 ? '; add a batch axis with expandDims(x, 0)' : '';
  throw new RangeError(`predict: x must have the shape [${sizes}], got [${x.shape.join(', ')}]${hint}.`);
}

/**
 * Makes a multitask model of any LayersModel with one input whose outputs are named after the tasks, in their order
 * (an output has the name of the layer that computes it). The model is the same object: training it trains `net`.
 *
 * @throws RangeError for a net with several inputs, for outputs that are not the tasks, and for names that cannot be
 * tasks.
 * @example
 * const model = fromLayersModel(net, ['segmentation', 'classification']);
 */
export function fromLayersModel<const T extends string>(net: LayersModel, tasks: readonly T[]): MultitaskModel<T> {
  checkOutputNames(tasks, 'fromLayersModel');
  if (net.inputs.length !== 1) {
    throw new RangeError(`fromLayersModel: the net must have 1 input, got ${net.inputs.length}.`);
  }
  if (net.outputNames.join() !== tasks.join()) {
    throw new RangeError(
      `fromLayersModel: the net's outputs must be the tasks ${tasks.join(', ')}; it has ${net.outputNames.join(', ')}.`,
    );
  }
  return {
    net,
    tasks: [...tasks],
    predict(x) {
      checkInput(x, net.inputs[0].shape);
      const outputs = [net.predict(x)].flat();
      return mapTasks(tasks, (_, i) => outputs[i]);
    },
    dispose() {
      net.dispose();
    },
  };
}
