import {
  concat,
  matMul,
  reshape,
  type serialization,
  split,
  stack,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
  unstack,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkInteger, checkRange } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';
import { checkInputShapes } from './check-input-shapes';
import { nearIdentity } from './near-identity';

/** Options of {@link SubspaceMix}. */
export interface SubspaceMixOptions extends LayerArgs {
  /** Equal parts that the channels of each input are cut into; must divide them. Default: 2. */
  readonly subspaces?: number | undefined;
  /** The initial share of each subspace itself, in [0, 1]; all others share the rest equally. Default: 0.9. */
  readonly self?: number | undefined;
}

/**
 * Mixes the subspaces of K feature maps of one shape: with the channels of each cut into S parts, part p of all K S
 * becomes `y_p = sum over q of alpha_pq x_q`.
 *
 * K times `[batch, ..., channels]` -> the same. Weight: `alpha` `[K S, K S]`.
 * Source: Ruder, Bingel, Augenstein, Søgaard, 2019, doi:10.1609/aaai.v33i01.33014822.
 *
 * @throws {RangeError} for fewer than 2 inputs, for inputs of different shapes, where the subspaces do not divide the
 * channels, and for an option out of its range.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { SubspaceMix } from 'tfjs-multitask/layers';
 *
 * const x = ones([1, 4, 4, 8]);
 * const mixed = new SubspaceMix({ subspaces: 2 }).apply([x, x]);
 * ```
 */
export class SubspaceMix extends layers.Layer {
  static readonly className = 'TfjsMultitaskSubspaceMix';
  private readonly subspaces: number;
  private readonly self: number;
  private alpha!: LayerVariable;

  constructor(options: SubspaceMixOptions = {}) {
    super(readLayerOptions(options, 'SubspaceMix'));
    this.subspaces = options.subspaces ?? 2;
    this.self = options.self ?? 0.9;
    checkInteger(this.subspaces, 1, 'SubspaceMix: subspaces');
    checkRange(this.self, 0, 1, 'SubspaceMix: self');
  }

  override build(inputShapes: Shape | Shape[]): void {
    checkBackend(`layer '${this.name}'`);
    checkInputShapes(inputShapes, 'SubspaceMix');
    const channels = inputShapes[0].at(-1) as number;
    if (channels % this.subspaces !== 0) {
      throw new RangeError(`SubspaceMix: subspaces must divide the ${channels} channels, got ${this.subspaces}.`);
    }
    const count = inputShapes.length * this.subspaces;
    this.alpha = this.addWeight('alpha', [count, count], 'float32', initializers.zeros());
    tidy(() => void this.alpha.write(tensor(nearIdentity(count, this.self), [count, count])));
    this.built = true;
  }

  override computeOutputShape(inputShapes: Shape | Shape[]): Shape | Shape[] {
    return inputShapes;
  }

  override call(inputs: Tensor | Tensor[]): Tensor[] {
    return tidy(() => {
      const tensors = inputs as Tensor[];
      const parts = tensors.flatMap((x) => split(x, this.subspaces, -1));
      const rows = stack(parts.map((part) => reshape(part, [-1]))) as Tensor2D;
      const mixed = unstack(matMul(this.alpha.read() as Tensor2D, rows)).map((row) => reshape(row, parts[0].shape));
      return tensors.map((_, i) => concat(mixed.slice(i * this.subspaces, (i + 1) * this.subspaces), -1));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), subspaces: this.subspaces, self: this.self };
  }
}
