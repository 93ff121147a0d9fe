import {
  add,
  addN,
  concat,
  matMul,
  mean,
  mul,
  reshape,
  slice,
  softmax,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../../internal/check-backend';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';
import { checkInputShapes } from './check-input-shapes';

/**
 * A gate over the feature maps of n experts: `y = sum over e of g_e x_e` with `g = softmax([m_1 ... m_n] W + b)`, `m_e`
 * being the mean of each channel of `x_e` over the pixels.
 *
 * n times `[batch, ..., channels]` -> one of that shape; each sample has its own gate. Weights: `kernel` `[n
 * channels, n]` and `bias` `[n]`, from zeros, so that all experts count equally at first. The source's gates see the
 * input itself; an image by itself says little, so here they see the experts' outputs.
 * Source: Ma, Zhao, Yi, Chen, Hong, Chi, 2018, doi:10.1145/3219819.3220007.
 *
 * @throws {RangeError} for fewer than 2 inputs and for inputs of different shapes.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { ExpertMixture } from 'tfjs-multitask/layers';
 *
 * const x = ones([1, 4, 4, 8]);
 * const y = new ExpertMixture().apply([x, x]); // [1, 4, 4, 8]
 * ```
 */
export class ExpertMixture extends layers.Layer {
  static readonly className = 'TfjsMultitaskExpertMixture';
  private kernel!: LayerVariable;
  private bias!: LayerVariable;

  constructor(options: LayerArgs = {}) {
    super(readLayerOptions(options, 'ExpertMixture'));
  }

  override build(inputShapes: Shape | Shape[]): void {
    checkBackend(`layer '${this.name}'`);
    checkInputShapes(inputShapes, 'ExpertMixture');
    const experts = inputShapes.length;
    const channels = inputShapes[0].at(-1) as number;
    this.kernel = this.addWeight('kernel', [experts * channels, experts], 'float32', initializers.zeros());
    this.bias = this.addWeight('bias', [experts], 'float32', initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShapes: Shape[]): Shape {
    return inputShapes[0];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const tensors = inputs as Tensor[];
      const [batch, ...sizes] = tensors[0].shape;
      const channels = sizes[sizes.length - 1];
      const means = concat(
        tensors.map((x) => mean(reshape(x, [batch, -1, channels]), 1)),
        1,
      );
      const gates = softmax(add(matMul(means, this.kernel.read()), this.bias.read())) as Tensor2D;
      const gate = (e: number) => reshape(slice(gates, [0, e], [-1, 1]), [batch, ...sizes.map(() => 1)]);
      return addN(tensors.map((x, e) => mul(x, gate(e))));
    });
  }
}
