import { mul, type serialization, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../internal/check';
import { checkNet } from '../internal/check-kinds';
import { random } from '../internal/random';
import type { LayerArgs } from './core/layer-args';
import { readLayerOptions } from './core/read-layer-options';

/** Options of {@link SeededDropout}. */
export interface SeededDropoutOptions extends LayerArgs {
  /** The share of values that is dropped, in [0, 1). */
  readonly rate: number;
  /** Default: one is drawn, and kept in the config. */
  readonly seed?: number | undefined;
}

/** Throws unless `rate` can be a dropout rate: with 1 there would be nothing left to scale. */
export function checkRate(rate: number, name: string): void {
  if (typeof rate !== 'number') throw new TypeError(`${name} must be a number, got ${typeof rate}.`);
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`${name} must lie in [0, 1), got ${rate}.`);
}

/**
 * Dropout whose masks can be reproduced: in training, `y = x mask / (1 - rate)`, the mask being a function of the seed,
 * the step and the call within that step; in prediction `y = x`. tfjs's own Dropout repeats one mask at every call when
 * given a seed, and cannot be reproduced without.
 *
 * Any shape -> the same. The trainer sets the step ({@link setDropoutStep}); without one it stays 0, and calls keep
 * counting.
 * Source: Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html.
 *
 * @throws {RangeError} where the rate does not lie in [0, 1).
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { SeededDropout } from 'tfjs-multitask/layers';
 *
 * const y = new SeededDropout({ rate: 0.5, seed: 1 }).apply(ones([2, 8]), { training: true }); // [2, 8]
 * ```
 */
export class SeededDropout extends layers.Layer {
  static readonly className = 'TfjsMultitaskSeededDropout';
  private readonly rate: number;
  private readonly seed: number;
  private step = 0;
  private calls = 0;

  constructor(options: SeededDropoutOptions) {
    super(readLayerOptions(options, 'SeededDropout'));
    checkRate(options.rate, 'SeededDropout: rate');
    this.rate = options.rate;
    this.seed = options.seed ?? Math.floor(Math.random() * 0x80000000);
    checkInteger(this.seed, 0, 'SeededDropout: seed');
  }

  setStep(step: number): void {
    this.step = step;
    this.calls = 0;
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean | undefined }): Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!kwargs.training || this.rate === 0) return x;
    return tidy(() => mul(x, tensor(this.mask(x.size), x.shape)));
  }

  /** 1 / (1 - rate) where a value is kept, else 0. */
  private mask(size: number): Float32Array {
    const stream = random(this.seed, 'dropout', this.step, this.calls++);
    const keep = 1 / (1 - this.rate);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) if (stream.uniform() >= this.rate) values[i] = keep;
    return values;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}

/**
 * Sets the step whose masks the model's {@link SeededDropout} layers draw next, nested models included.
 *
 * A trainer that calls it before each step gets the same masks again when it resumes at that step.
 *
 * @throws {RangeError} unless `step` is an integer of at least 0.
 * @throws {TypeError} unless `net` is a LayersModel.
 * @example
 * ```ts
 * import { setDropoutStep } from 'tfjs-multitask/layers';
 * import { unet } from 'tfjs-multitask/paper';
 *
 * const { net } = unet({ inputShape: [32, 32, 1], filters: 4, dropout: 0.5, seed: 1 });
 * setDropoutStep(net, 12);
 * ```
 */
export function setDropoutStep(net: LayersModel, step: number): void {
  checkNet(net, 'setDropoutStep: net');
  checkInteger(step, 0, 'setDropoutStep: step');
  for (const layer of net.layers) {
    if (layer instanceof LayersModel) setDropoutStep(layer, step);
    // By name: another copy of this module may have made the layer (ESM beside CJS).
    else if (layer.getClassName() === SeededDropout.className) (layer as SeededDropout).setStep(step);
  }
}
