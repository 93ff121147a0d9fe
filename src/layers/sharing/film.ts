import { add, mul, reshape, type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';

/** Options of {@link Film}. */
export interface FilmOptions extends LayerArgs {
  /** How many conditions the batch holds, one after another, in equal parts. */
  readonly conditions: number;
}

/**
 * Feature-wise linear modulation by a condition: `y = gamma_k x + beta_k` for the samples of condition k, one gamma and
 * beta per channel.
 *
 * The conditions are the equal parts of the batch, in their order (see {@link RepeatBatch}).
 *
 * `[conditions batch, ..., channels]` -> the same. Weights: `gamma` (from 1) and `beta` (from 0), `[conditions,
 * channels]`.
 * Sources: Perez, Strub, de Vries, Dumoulin, Courville, 2018, doi:10.1609/aaai.v32i1.11671; one learned pair per
 * condition as in Dumoulin, Shlens, Kudlur, 2017, arXiv:1610.07629.
 *
 * @throws {RangeError} unless `conditions` is a positive integer.
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import { Film, RepeatBatch } from 'tfjs-multitask/layers';
 *
 * const copies = new RepeatBatch({ times: 2 }).apply(ones([1, 4, 4, 8])) as Tensor;
 * const y = new Film({ conditions: 2 }).apply(copies); // [2, 4, 4, 8]
 * ```
 */
export class Film extends layers.Layer {
  static readonly className = 'TfjsMultitaskFilm';
  private readonly conditions: number;
  private gamma!: LayerVariable;
  private beta!: LayerVariable;

  constructor(options: FilmOptions) {
    super(readLayerOptions(options, 'Film'));
    checkInteger(options.conditions, 1, 'Film: conditions');
    this.conditions = options.conditions;
  }

  override build(inputShape: Shape): void {
    checkBackend(`layer '${this.name}'`);
    const shape = [this.conditions, inputShape.at(-1) as number];
    this.gamma = this.addWeight('gamma', shape, 'float32', initializers.ones());
    this.beta = this.addWeight('beta', shape, 'float32', initializers.zeros());
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const channels = x.shape[x.shape.length - 1];
      const perCondition = (weight: LayerVariable) => reshape(weight.read(), [this.conditions, 1, channels]);
      const parts = reshape(x, [this.conditions, -1, channels]);
      return reshape(add(mul(parts, perCondition(this.gamma)), perCondition(this.beta)), x.shape);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), conditions: this.conditions };
  }
}
