import {
  divNoNan,
  image,
  max,
  mean,
  mul,
  oneHot,
  relu,
  slice,
  squeeze,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../internal/check';
import { checkModel, checkTensor } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { inOrder } from '../internal/in-order';
import { record } from '../internal/tape';
import type { MultitaskModel } from '../types';

/** Options of {@link gradCam}. */
export interface GradCamOptions<T extends string> {
  /** The task to explain; its head returns `[batch, units]`. */
  readonly task: T;
  /**
   * The layer whose channels are weighed. Default: the last feature map that the head gets from outside, the
   * bottleneck.
   */
  readonly layer?: string | undefined;
  /** Which of the head's units. Default: 0. */
  readonly unit?: number | undefined;
}

/** The feature map of `layer`, or else the last that is not made by the head itself. */
function findFeatureMap(output: SymbolicTensor, task: string, layer: string | undefined): SymbolicTensor {
  const isFeatureMap = ({ shape, sourceLayer }: SymbolicTensor) =>
    shape.length === 4 && sourceLayer.getClassName() !== 'InputLayer';
  const candidates = inOrder([output]).filter(isFeatureMap);
  if (layer !== undefined) {
    const found = candidates.findLast(({ sourceLayer }) => sourceLayer.name === layer);
    if (found !== undefined) return found;
    const names = [...new Set(candidates.map(({ sourceLayer }) => `'${sourceLayer.name}'`))].join(', ');
    throw new RangeError(`gradCam: layer must have a feature map that '${task}' depends on: ${names}; got '${layer}'.`);
  }
  const found = candidates.findLast(({ sourceLayer }) => !sourceLayer.name.startsWith(`${task}/`)) ?? candidates.at(-1);
  if (found === undefined)
    throw new RangeError(`gradCam: '${task}' depends on no feature map [batch, height, width, channels].`);
  return found;
}

/**
 * Where the backward pass begins, and with which gradient: before the activation, since the slope of a saturated
 * sigmoid or softmax is 0 in single precision.
 */
function findScore(output: SymbolicTensor, unit: number): { start: SymbolicTensor; slope: () => Tensor } {
  const score = output.sourceLayer.getClassName() === 'Activation' ? output.inputs[0] : output;
  const units = score.shape[1] as number;
  if (score.sourceLayer.getClassName() !== 'Dense') {
    return { start: score, slope: () => oneHot([unit], units, 1, 0, 'float32') };
  }
  return {
    start: score.inputs[0],
    slope: () => transpose(slice(score.sourceLayer.getWeights()[0], [0, unit], [-1, 1])),
  };
}

function checkImages(x: Tensor, expected: readonly (number | null)[]): void {
  checkTensor(x, 'gradCam: x');
  if (x.shape[0] > 0 && x.rank === expected.length && expected.every((n, i) => n === null || n === x.shape[i])) return;
  const sizes = expected.slice(1).map((n) => n ?? 'any');
  throw new RangeError(`gradCam: x must have the shape [batch, ${sizes.join(', ')}], got [${x.shape.join(', ')}].`);
}

/**
 * Where in an image a head sees evidence for its class: Grad-CAM, a class-activation map from gradients of its score.
 *
 * `relu(sum_k a_k A_k)`, where `A_k` is the k-th channel of the layer's output and `a_k` the mean over its pixels of
 * the slope of the score with respect to it; then enlarged bilinearly and divided by its largest value. The score is
 * taken before the last activation. The model runs in inference mode: no dropout, and no statistics change.
 *
 * `x`: `[batch, height, width, channels]` -> `[batch, height, width]` in [0, 1], 1 where the evidence for the class is
 * strongest, all 0 where there is none. The caller disposes it. Source: Selvaraju et al., 2017,
 * doi:10.1109/ICCV.2017.74.
 *
 * @throws {RangeError} for an unknown task, a head that returns a feature map, an unknown layer or unit, and an `x`
 * that does not fit the model.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { gradCam } from 'tfjs-multitask/models';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4 });
 * const heat = gradCam(model, ones([2, 32, 32, 1]), { task: 'classification' }); // [2, 32, 32]
 * ```
 */
export function gradCam<T extends string>(
  model: MultitaskModel<T>,
  x: Tensor,
  options: GradCamOptions<NoInfer<T>>,
): Tensor3D {
  checkModel(model, 'gradCam: model');
  checkOptions(options, ['task', 'layer', 'unit'], 'gradCam');
  const { task, layer, unit = 0 } = options;
  const { net, tasks } = model;
  const output = net.outputs[tasks.indexOf(task)];
  if (output === undefined) throw new RangeError(`gradCam: task must be one of ${tasks.join(', ')}; got '${task}'.`);
  if (output.shape.length !== 2) {
    throw new RangeError(
      `gradCam: the head of a task must return [batch, units]; '${task}' returns [${output.shape}].`,
    );
  }
  checkInteger(unit, 0, 'gradCam: unit');
  const units = output.shape[1] as number;
  if (unit >= units) throw new RangeError(`gradCam: unit must lie in [0, ${units - 1}] for '${task}', got ${unit}.`);
  const source = findFeatureMap(output, task, layer);
  checkImages(x, net.inputs[0].shape);
  const { start, slope } = findScore(output, unit);
  const part = layersModel({ inputs: net.inputs, outputs: [source, start] });
  return tidy(() => {
    const { value, tape } = record(() => part.apply(x, { training: false }) as Tensor[]);
    try {
      const [features, end] = value as [Tensor4D, Tensor];
      const [gradient] = tape.gradients([[end, tile(slope(), [x.shape[0], 1])]], [features]);
      const weighted = sum(mul(features, mean(gradient as Tensor, [1, 2], true)), 3, true) as Tensor4D;
      const size: [number, number] = [x.shape[1] as number, x.shape[2] as number];
      const heat = image.resizeBilinear(relu(weighted), size, false, true);
      return squeeze(divNoNan(heat, max(heat, [1, 2], true)), [3]) as Tensor3D;
    } finally {
      tape.dispose();
    }
  });
}
