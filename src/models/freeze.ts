import { checkModel } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { layersOfStages, setTrainable } from '../internal/freeze';
import type { MultitaskModel } from '../types';

/** Options of {@link freeze}. */
export interface FreezeOptions {
  /** What the names of its layers begin with: `'encoder'`, a task, `'encoder/expert1'`. Default: `'encoder'`. */
  readonly part?: string | undefined;
  /** The last stage to freeze, counted from 1, finest first. Default: the whole part. */
  readonly until?: number | undefined;
}

/** Options of {@link unfreeze}. */
export interface UnfreezeOptions {
  /** As for {@link freeze}. Default: `'encoder'`. */
  readonly part?: string | undefined;
  /** The first stage to train again, counted from 1, finest first. Default: the whole part. */
  readonly from?: number | undefined;
}

/**
 * Freezes a part of a model, or its first stages (of an encoder of levels: its first levels): their weights do not train,
 * and their batch normalizations normalize by their moving statistics and do not move them.
 *
 * A training step runs what is frozen from the input on as in prediction: nothing of it is kept for a backward pass. Saved
 * models stay frozen.
 *
 * @throws {RangeError} for a part without layers that have weights, and for a stage that it does not have.
 * @example
 * ```ts
 * import { MLPHead, MobileNetV2Encoder } from 'tfjs-multitask/layers';
 * import { freeze, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: MobileNetV2Encoder({ width: 0.35 }),
 *   heads: { severity: MLPHead({ filters: 0, units: [4] }) },
 * });
 * freeze(model, { until: 2 });
 * ```
 */
export function freeze(model: MultitaskModel<string>, options: FreezeOptions = {}): void {
  checkModel(model, 'freeze: model');
  checkOptions(options, ['part', 'until'], 'freeze');
  const { part = 'encoder', until } = options;
  setTrainable(layersOfStages(model.net, { part, until }, 'freeze'), false);
}

/**
 * Trains a part of a model again, or its stages from one on; what was frozen before them stays so.
 *
 * A preprocessing inside the net is never trained.
 *
 * @throws {RangeError} for a part without layers that have weights, and for a stage that it does not have.
 * @example
 * ```ts
 * import { MLPHead, MobileNetV2Encoder } from 'tfjs-multitask/layers';
 * import { multitask, unfreeze } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: MobileNetV2Encoder({ width: 0.35 }),
 *   heads: { severity: MLPHead({ filters: 0, units: [4] }) },
 * });
 * unfreeze(model, { from: 2 });
 * ```
 */
export function unfreeze(model: MultitaskModel<string>, options: UnfreezeOptions = {}): void {
  checkModel(model, 'unfreeze: model');
  checkOptions(options, ['part', 'from'], 'unfreeze');
  const { part = 'encoder', from } = options;
  setTrainable(layersOfStages(model.net, { part, from }, 'unfreeze'), true);
}
