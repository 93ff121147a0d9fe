import { addN, mul, type Scalar, type serialization, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkRange } from '../../internal/check';
import { inOrder } from '../../internal/in-order';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';
import { traceNorm } from './trace-norm';

/** The sum of squared differences between every two networks, or the trace norm of their stacked parameters. */
export type DistanceKind = 'l2' | 'trace';

export const DISTANCES: readonly DistanceKind[] = ['l2', 'trace'];

/** Options of {@link ParameterDistance}. */
export interface ParameterDistanceOptions extends LayerArgs {
  /** Default: `'l2'`. */
  readonly distance?: DistanceKind | undefined;
  /** What the distance is multiplied by. Default: 1e-4. */
  readonly strength?: number | undefined;
}

/** The parameters of the layers that a tensor depends on, in an order that the graph alone determines. */
function parametersBehind(output: SymbolicTensor): LayerVariable[] {
  const behind = new Set(inOrder([output]).map(({ sourceLayer }) => sourceLayer));
  const weights = [...behind].flatMap((layer) => layer.weights);
  // Not `trainableWeights`: a frozen network still pulls the others towards it.
  return weights.filter(({ originalName }) => !/moving_(mean|variance)$/.test(originalName));
}

/**
 * A loss on how far the parameters of K networks lie apart.
 *
 * Apply it to the output of each of them: it returns its input unchanged, and adds to the losses of the model
 * (`calculateLosses`) `strength` times the sum over their parameters w of `sum over i < j of ||w_i - w_j||^2` ('l2') or
 * of the trace norm of the matrix with the rows w_1 ... w_K ('trace').
 *
 * Any shape -> the same. The networks must be built alike.
 * Sources: Duong, Cohn, Bird, Cook, 2015, doi:10.3115/v1/P15-2139 (L2); Yang, Hospedales, 2017, arXiv:1606.04038 (trace
 * norm, here of the flattening along the tasks, smoothed by 1e-5 of the Gramian's trace).
 *
 * @throws {RangeError} where the networks are built differently, and for an option out of its range.
 * @example
 * ```ts
 * import { input } from '@tensorflow/tfjs-layers';
 * import { ParameterDistance, UNetEncoder } from 'tfjs-multitask/layers';
 *
 * const image = input({ shape: [8, 8, 1] });
 * const distance = new ParameterDistance({ strength: 1e-3 });
 * const outputs = [1, 2].map((i) => distance.apply(UNetEncoder({ filters: [2, 4] })(image, `net${i}`).bottleneck));
 * ```
 */
export class ParameterDistance extends layers.Layer {
  static readonly className = 'TfjsMultitaskParameterDistance';
  private readonly distance: DistanceKind;
  private readonly strength: number;
  private readonly networks: LayerVariable[][] = [];

  constructor(options: ParameterDistanceOptions = {}) {
    super(readLayerOptions(options, 'ParameterDistance'));
    this.distance = options.distance ?? 'l2';
    this.strength = options.strength ?? 1e-4;
    checkChoice(this.distance, DISTANCES, 'ParameterDistance: distance');
    checkRange(this.strength, 0, Number.MAX_VALUE, 'ParameterDistance: strength');
  }

  /** Sees the graph, also when a model is read from a file, and so knows whose parameters the layer compares. */
  override apply(
    inputs: Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[],
    kwargs?: Parameters<layers.Layer['apply']>[1],
  ): Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[] {
    const [first] = [inputs].flat();
    if ('sourceLayer' in first) this.add(parametersBehind(first));
    return super.apply(inputs, kwargs);
  }

  private add(parameters: LayerVariable[]): void {
    const shapes = (network: LayerVariable[]) => JSON.stringify(network.map(({ shape }) => shape));
    if (this.networks.length > 0 && shapes(parameters) !== shapes(this.networks[0])) {
      throw new RangeError(
        `ParameterDistance: the networks must have parameters of the same shapes, got ${shapes(parameters)} beside ` +
          `${shapes(this.networks[0])}.`,
      );
    }
    this.networks.push(parameters);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return Array.isArray(inputs) ? inputs[0] : inputs;
  }

  /** A model asks once for each time that the layer was applied, so each result is a share of the whole. */
  override calculateLosses(): Scalar[] {
    const { networks, strength } = this;
    if (networks.length < 2 || networks[0].length === 0) return [];
    return tidy(() => {
      const groups = networks[0].map((_, k) => networks.map((network) => network[k].read()));
      const distance = this.distance === 'trace' ? traceNorm(groups) : addN(groups.flatMap(squaredDifferences));
      return [mul(distance, strength / networks.length) as Scalar];
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), distance: this.distance, strength: this.strength };
  }
}

function squaredDifferences(group: readonly Tensor[]): Tensor[] {
  return group.flatMap((a, i) => group.slice(i + 1).map((b) => sum(square(sub(a, b)))));
}
