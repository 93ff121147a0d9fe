import { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, Shape } from '@tensorflow/tfjs-layers';
import { checkLive, checkNet, checkNotDisposed } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { mapTasks } from '../internal/map-tasks';
import { fuseLayers } from '../layers/fused/fuse-layers';
import type { MultitaskModel, OutputKind, SomeTasks } from '../types';
import { readOutputs } from './outputs';
import { saveStandard } from './standard/save';
import { checkOutputNames } from './tasks';

/** Options of {@link fromLayersModel}. */
export interface FromLayersModelOptions<T extends string> {
  /**
   * What the outputs of these tasks hold, where their last activation does not tell: `'logit'` for a linear head whose
   * outputs are logits, or any kind for a head that ends in a layer without an activation. It is saved with the net.
   * Default: what the last activation says.
   */
  readonly outputs?: SomeTasks<T, OutputKind> | undefined;
}

function checkInput(x: Tensor, expected: Shape): void {
  if (!(x instanceof Tensor)) {
    const value: unknown = x;
    const given = Array.isArray(value) ? 'an array' : ArrayBuffer.isView(value) ? value.constructor.name : typeof value;
    throw new TypeError(`predict: x must be a tensor, got ${given}; make one with tensor(values, [batch, ...]).`);
  }
  checkNotDisposed(x, 'predict: x');
  if (x.dtype !== 'float32') {
    throw new TypeError(
      `predict: x must be float32, got ${x.dtype}; convert it with cast(x, 'float32'), and scale it as the images of the ` +
        'training were: pixels of 0 to 255 are mostly divided by 255.',
    );
  }
  if (x.shape[0] === 0) throw new RangeError('predict: x must hold at least one sample, got none.');
  const fits = x.shape.length === expected.length && expected.every((n, i) => n === null || n === x.shape[i]);
  if (fits) return;
  const sizes = ['batch', ...expected.slice(1).map((n) => n ?? 'any')].join(', ');
  const hint = x.shape.length === expected.length - 1 ? '; add a batch axis with expandDims(x, 0)' : '';
  throw new RangeError(`predict: x must have the shape [${sizes}], got [${x.shape.join(', ')}]${hint}.`);
}

/**
 * Makes a multitask model of any LayersModel with one input whose outputs are named after the tasks, in their order (an
 * output has the name of the layer that computes it).
 *
 * The model is the same object: training it trains `net`, whose standard layers train as those of this library's
 * builders do: a frozen batch normalization does not move its statistics; its `save` resolves to a `SavedModel`.
 *
 * @throws {RangeError} for a net with several inputs, for outputs that are not the tasks, for names that cannot be
 * tasks, and for an output said to be of a kind that its last activation rules out.
 * @example
 * ```ts
 * import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
 * import { fromLayersModel } from 'tfjs-multitask/models';
 *
 * const image = input({ shape: [8] });
 * const hidden = layers.dense({ units: 4, activation: 'relu' }).apply(image) as SymbolicTensor;
 * const covid = layers.dense({ name: 'covid', units: 1, activation: 'sigmoid' }).apply(hidden) as SymbolicTensor;
 * const severity = layers.dense({ name: 'severity', units: 1, activation: 'linear' }).apply(hidden) as SymbolicTensor;
 * const multi = fromLayersModel(model({ inputs: image, outputs: [covid, severity] }), ['covid', 'severity']);
 * ```
 */
export function fromLayersModel<const T extends string>(
  net: LayersModel,
  tasks: readonly T[],
  options: FromLayersModelOptions<NoInfer<T>> = {},
): MultitaskModel<T> {
  checkOptions(options, ['outputs'], 'fromLayersModel');
  checkOutputNames(tasks, 'fromLayersModel');
  checkNet(net, 'fromLayersModel: net');
  if (net.inputs.length !== 1) {
    throw new RangeError(`fromLayersModel: the net must have 1 input, got ${net.inputs.length}.`);
  }
  if (net.outputNames.join() !== tasks.join()) {
    throw new RangeError(
      `fromLayersModel: the net's outputs must be the tasks ${tasks.join(', ')}; it has ${net.outputNames.join(', ')}.`,
    );
  }
  const kinds = readOutputs(net, tasks, options.outputs);
  fuseLayers(net);
  saveStandard(net);
  return {
    net,
    tasks: [...tasks],
    outputs: kinds,
    predict(x) {
      checkLive(net, 'predict: the model');
      checkInput(x, net.inputs[0].shape);
      const outputs = [net.predict(x)].flat();
      return mapTasks(tasks, (_, i) => outputs[i]);
    },
    dispose() {
      net.dispose();
    },
  };
}
