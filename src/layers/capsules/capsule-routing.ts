import {
  add,
  matMul,
  reshape,
  type serialization,
  softmax,
  type Tensor,
  type Tensor3D,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';
import { squash } from './squash';

/** Options of {@link CapsuleRouting}. */
export interface CapsuleRoutingOptions extends LayerArgs {
  /** How many capsules there are behind it. Default: 10. */
  readonly capsules?: number | undefined;
  /** How many numbers each of them has. Default: 16. */
  readonly dimension?: number | undefined;
  /** How often the shares are computed. Default: 3. */
  readonly routings?: number | undefined;
  /** Makes the initial weights reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

/**
 * Routing by agreement: each capsule predicts each of those behind it by a matrix of its own, and sends more to those whose output
 * agrees with its prediction.
 *
 * `u_ij = W_ij u_i`; from `b_ij = 0`, `routings` times: `c_i = softmax(b_i)` over j, `v_j = squash(sum_i c_ij u_ij)`,
 * `b_ij += u_ij . v_j`. Gradients flow through all of it.
 *
 * `[batch, n, m]` -> `[batch, capsules, dimension]`. Weight: `kernel` `[n, m, capsules, dimension]`.
 * Source: Sabour, Frosst, Hinton, "Dynamic routing between capsules", 2017, arXiv:1710.09829, procedure 1; initial weights of a
 * truncated normal of deviation 0.1, as in the authors' code.
 *
 * @throws {RangeError} for an option out of its range.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { CapsuleRouting } from 'tfjs-multitask/layers';
 *
 * const v = new CapsuleRouting({ capsules: 2, dimension: 4, seed: 1 }).apply(ones([1, 6, 8])); // [1, 2, 4]
 * ```
 */
export class CapsuleRouting extends layers.Layer {
  static readonly className = 'TfjsMultitaskCapsuleRouting';
  private readonly capsules: number;
  private readonly dimension: number;
  private readonly routings: number;
  private readonly seed: number | undefined;
  private kernel!: LayerVariable;

  constructor(options: CapsuleRoutingOptions = {}) {
    super(readLayerOptions(options, 'CapsuleRouting'));
    this.capsules = options.capsules ?? 10;
    this.dimension = options.dimension ?? 16;
    this.routings = options.routings ?? 3;
    // A missing option comes back from JSON as null.
    this.seed = options.seed ?? undefined;
    checkInteger(this.capsules, 1, 'CapsuleRouting: capsules');
    checkInteger(this.dimension, 1, 'CapsuleRouting: dimension');
    checkInteger(this.routings, 1, 'CapsuleRouting: routings');
    if (this.seed !== undefined) checkInteger(this.seed, 0, 'CapsuleRouting: seed');
    this.inputSpec = [{ ndim: 3 }];
  }

  override build(inputShape: Shape): void {
    checkBackend(`layer '${this.name}'`);
    if (inputShape.includes(null, 1)) {
      throw new RangeError(`CapsuleRouting: the number of capsules must be known, got [${inputShape.slice(1)}].`);
    }
    const shape = [inputShape[1], inputShape[2], this.capsules, this.dimension];
    const initializer = initializers.truncatedNormal({ mean: 0, stddev: 0.1, seed: this.seed });
    this.kernel = this.addWeight('kernel', shape, 'float32', initializer);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [inputShape[0], this.capsules, this.dimension];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [u] = [inputs].flat() as Tensor3D[];
      const [batch, n, m] = u.shape;
      const { capsules, dimension, routings } = this;
      const kernel = reshape(this.kernel.read(), [n, m, capsules * dimension]);
      const products = reshape(matMul(transpose(u, [1, 0, 2]), kernel), [n, batch, capsules, dimension]);
      const predictions = transpose(products, [1, 2, 0, 3]);
      let logits: Tensor = zeros([batch, n, capsules]);
      for (let i = 1; ; i++) {
        const shares = reshape(transpose(softmax(logits), [0, 2, 1]), [batch, capsules, 1, n]);
        const v = squash(matMul(shares, predictions));
        if (i === routings) return reshape(v, [batch, capsules, dimension]);
        const agreement = matMul(predictions, v, false, true);
        logits = add(logits, transpose(reshape(agreement, [batch, capsules, n]), [0, 2, 1]));
      }
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { capsules, dimension, routings, seed = null } = this;
    return { ...super.getConfig(), capsules, dimension, routings, seed };
  }
}
