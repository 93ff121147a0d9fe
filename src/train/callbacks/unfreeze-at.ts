import { checkInteger } from '../../internal/check';
import { checkModel } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { layersOfStages, setTrainable } from '../../internal/freeze';
import type { MultitaskModel } from '../../types';
import type { Callback, Run } from './callback';

/** Options of {@link unfreezeAt}. */
export interface UnfreezeAtOptions {
  /** The first epoch, from 0, in which the part trains. */
  readonly epoch: number;
  /** What the names of its layers begin with. Default: `'encoder'`. */
  readonly part?: string | undefined;
  /** The first of its stages that this is about, counted from 1, finest first. Default: the whole part. */
  readonly from?: number | undefined;
}

/**
 * Keeps a part of a model, or its stages from one on, frozen before an epoch and trains it from then on: first the heads,
 * then the encoder as well, stage by stage with several of these callbacks, each for other layers.
 *
 * It has no state: whether the part trains follows from the epoch, so that a resumed fit goes on bit-identically.
 *
 * Adam counts its steps for all weights together. The moments of those that join later begin at zero without the
 * correction of a first step, so that their first updates are up to about three times as large: give them a smaller rate
 * (`learningRates` of the trainer), or warm up.
 *
 * @throws {RangeError} for a part without layers that have weights, and for a stage that it does not have.
 * @example
 * ```ts
 * import { MLPHead, MobileNetV2Encoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 * import { unfreezeAt } from 'tfjs-multitask/train';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: MobileNetV2Encoder({ width: 0.35 }),
 *   heads: { severity: MLPHead({ filters: 0, units: [4] }) },
 * });
 * const callbacks = [unfreezeAt(model, { epoch: 5, from: 4 }), unfreezeAt(model, { epoch: 10, part: 'encoder/stage3' })];
 * ```
 */
export function unfreezeAt<T extends string>(model: MultitaskModel<T>, options: UnfreezeAtOptions): Callback<T> {
  checkModel(model, 'unfreezeAt: model');
  checkOptions(options, ['epoch', 'part', 'from'], 'unfreezeAt');
  const { epoch, part = 'encoder', from } = options;
  checkInteger(epoch, 0, 'unfreezeAt: epoch');
  const layers = layersOfStages(model.net, { part, from }, 'unfreezeAt');
  const set = (run: Pick<Run<T>, 'epoch'>) => setTrainable(layers, run.epoch >= epoch);
  return { onFitBegin: set, onEpochBegin: set };
}
