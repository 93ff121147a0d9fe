import {
  add,
  matMul,
  mul,
  relu,
  reshape,
  type serialization,
  sigmoid,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { heNormal } from './core/initializer';
import type { LayerArgs } from './core/layer-args';
import { readLayerOptions } from './core/read-layer-options';

/** Options of {@link AttentionGate}. */
export interface AttentionGateOptions extends LayerArgs {
  /** Filters of the convolutions to the intermediate space. Default: half the skip's channels. */
  readonly filters?: number | undefined;
  /** Makes the initial weights reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

/**
 * Additive attention gate on a skip connection:
 * `y = skip * sigmoid(psi . relu(W_x skip + W_g gate + b_g) + b_psi)`, the products with `W` and `psi` being 1x1
 * convolutions.
 *
 * Takes `[skip, gate]`, `[batch, height, width, skip channels]` and `[batch, height, width, gate channels]`; returns
 * the skip's shape. The source takes the gate from the coarser scale and resamples the attention coefficients; here the
 * gate is the already upsampled feature map, so that nothing needs resampling.
 * Source: Oktay et al., "Attention U-Net", 2018, arXiv:1804.03999.
 *
 * @throws {RangeError} where the two differ in height or width.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { AttentionGate } from 'tfjs-multitask/layers';
 *
 * const [skip, gate] = [ones([1, 4, 4, 8]), ones([1, 4, 4, 3])];
 * const gated = new AttentionGate({ filters: 16 }).apply([skip, gate]); // [1, 4, 4, 8]
 * ```
 */
export class AttentionGate extends layers.Layer {
  static readonly className = 'TfjsMultitaskAttentionGate';
  private readonly filters: number | undefined;
  private readonly seed: number | undefined;
  private skipKernel!: LayerVariable;
  private gateKernel!: LayerVariable;
  private gateBias!: LayerVariable;
  private psiKernel!: LayerVariable;
  private psiBias!: LayerVariable;

  constructor(options: AttentionGateOptions = {}) {
    super(readLayerOptions(options, 'AttentionGate'));
    // A missing option comes back from JSON as null.
    this.filters = options.filters ?? undefined;
    this.seed = options.seed ?? undefined;
    if (this.filters !== undefined) checkInteger(this.filters, 1, 'AttentionGate: filters');
  }

  override build(inputShapes: Shape[]): void {
    checkBackend(`layer '${this.name}'`);
    const [skip, gate] = inputShapes;
    if (skip[1] !== gate[1] || skip[2] !== gate[2]) {
      throw new RangeError(
        `AttentionGate: skip and gate must have one height and width, got ${skip[1]} x ${skip[2]} and ` +
          `${gate[1]} x ${gate[2]}.`,
      );
    }
    const channels = skip[3] as number;
    const filters = this.filters ?? Math.max(1, Math.floor(channels / 2));
    const kernel = (name: string, from: number, to: number) =>
      this.addWeight(name, [from, to], 'float32', heNormal(this.seed, name));
    this.skipKernel = kernel('skip_kernel', channels, filters);
    this.gateKernel = kernel('gate_kernel', gate[3] as number, filters);
    this.gateBias = this.addWeight('gate_bias', [filters], 'float32', initializers.zeros());
    this.psiKernel = kernel('psi_kernel', filters, 1);
    this.psiBias = this.addWeight('psi_bias', [1], 'float32', initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShapes: Shape[]): Shape {
    return inputShapes[0];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [skip, gate] = inputs as Tensor4D[];
      const [batch, height, width] = skip.shape;
      // A 1x1 convolution is a matrix product over the pixels, which every backend can differentiate, too.
      const pixels = (x: Tensor4D) => reshape(x, [-1, x.shape[3]]);
      const fromSkip = matMul(pixels(skip), this.skipKernel.read());
      const fromGate = add(matMul(pixels(gate), this.gateKernel.read()), this.gateBias.read());
      const attention = sigmoid(add(matMul(relu(add(fromSkip, fromGate)), this.psiKernel.read()), this.psiBias.read()));
      return mul(skip, reshape(attention, [batch, height, width, 1]));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.filters ?? null, seed: this.seed ?? null };
  }
}
