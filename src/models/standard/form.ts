import type { Shape } from '@tensorflow/tfjs-layers';
import type { SavedLayer } from './topology';

/** A standard layer in the place of one of this library's. */
export interface Part {
  /** Follows the name of the layer; '' has that name itself. */
  readonly name: string;
  readonly className: string;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** What it takes: an input of the layer, by its number, or the output of another part, by its name. */
  readonly from: readonly (number | string)[];
}

/** A weight of a part, each of whose values is a value of a weight of the layer, or 0. */
export interface Copied {
  /** The part and the weight: 'affine/bias'. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The weight of the layer that the values come from. */
  readonly from: string;
  /** Where value `i` is in it; -1 for 0. */
  readonly place: (i: number) => number;
}

/** How a layer of this library is written in standard layers, which compute the same in prediction. */
export interface Form {
  /** Undefined where it cannot be, for these inputs. */
  parts(layer: SavedLayer, inputs: readonly Shape[]): readonly Part[] | undefined;
  /** The part that has output `i`. Default: the one that is named as the layer. */
  readonly output?: ((i: number) => string) | undefined;
  /** The weights of the parts, by the shapes of the layer's weights and of its inputs. */
  weights?(shapes: Readonly<Record<string, readonly number[]>>, inputs: readonly Shape[]): readonly Copied[];
}

const same = (i: number): number => i;

/** A weight that is one of the layer's in another shape. */
export function reshaped(name: string, shape: readonly number[], from: string): Copied {
  return { name, shape, from, place: same };
}

/** A convolution 1x1. */
export function pointwise(
  name: string,
  filters: number,
  from: Part['from'],
  useBias: boolean,
  activation = 'linear',
): Part {
  const config = { filters, kernel_size: [1, 1], padding: 'same', use_bias: useBias, activation };
  return { name, className: 'Conv2D', config, from };
}

/** A factor for each channel, and an offset where it has a bias. */
export function perChannel(name: string, from: Part['from'], useBias: boolean): Part {
  return {
    name,
    className: 'DepthwiseConv2D',
    config: { kernel_size: [1, 1], padding: 'same', use_bias: useBias },
    from,
  };
}
