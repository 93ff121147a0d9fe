import { add, mul, type serialization, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkRange } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';
import { canFuseNorm, fusedNorm } from '../fused/fused-norm';

/** Options of {@link InstanceNorm} and {@link GroupNorm}. */
export interface ChannelNormOptions extends LayerArgs {
  /** Added to the variance. Default: 1e-5, as in PyTorch; Keras has 1e-3. */
  readonly epsilon?: number | undefined;
}

/** What instance and group normalization share: `gamma * normalized(x) + beta`, one `gamma` and `beta` per channel. */
export abstract class ChannelNorm extends layers.Layer {
  protected readonly epsilon: number;
  private gamma!: LayerVariable;
  private beta!: LayerVariable;

  /** `caller` is the class that is made. */
  constructor(options: ChannelNormOptions, caller: string) {
    super(readLayerOptions(options, caller));
    this.epsilon = options.epsilon ?? 1e-5;
    checkRange(this.epsilon, 0, Number.MAX_VALUE, `${caller}: epsilon`);
    this.inputSpec = [{ ndim: 4 }];
  }

  /** Mean 0 and variance 1 over what the subclass normalizes together. */
  protected abstract normalized(x: Tensor4D): Tensor;

  /** How many groups of neighbouring channels that is in each sample. */
  protected abstract groupsOf(channels: number): number;

  override build(inputShape: Shape): void {
    checkBackend(`layer '${this.name}'`);
    const channels = inputShape[3];
    this.gamma = this.addWeight('gamma', [channels], 'float32', initializers.ones());
    this.beta = this.addWeight('beta', [channels], 'float32', initializers.zeros());
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
      const gamma = this.gamma.read();
      const beta = this.beta.read();
      if (!canFuseNorm(x)) return add(mul(this.normalized(x), gamma), beta);
      const groups = this.groupsOf(x.shape[3]);
      return fusedNorm(x, gamma, beta, { outer: x.shape[0], groups, epsilon: this.epsilon });
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}
