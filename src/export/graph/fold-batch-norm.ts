import type { Call, Graph, GraphLayer, Value, Weight } from './graph';

/** The layers that a normalization behind them can be part of, each with the axis of its kernel that a channel lies on. */
const FOLDS: Readonly<Record<string, { readonly kernel: string; readonly channel: (kernel: Weight) => ChannelOf }>> = {
  Conv1D: { kernel: 'kernel', channel: last },
  Conv2D: { kernel: 'kernel', channel: last },
  Conv3D: { kernel: 'kernel', channel: last },
  Dense: { kernel: 'kernel', channel: last },
  Conv2DTranspose: { kernel: 'kernel', channel: lastButOne },
  DepthwiseConv2D: { kernel: 'depthwise_kernel', channel: lastTwo },
};

/** The channel of a value of a kernel, by its place. */
type ChannelOf = (place: number) => number;

function last({ shape }: Weight): ChannelOf {
  const channels = shape[shape.length - 1];
  return (place) => place % channels;
}

function lastButOne({ shape }: Weight): ChannelOf {
  const [channels, inner] = shape.slice(-2);
  return (place) => Math.floor(place / inner) % channels;
}

function lastTwo({ shape }: Weight): ChannelOf {
  const [channels, multiplier] = shape.slice(-2);
  return (place) => place % (channels * multiplier);
}

/** Whether a batch normalization is one of channels. */
export const isLastAxis = ({ layer, output }: Call): boolean =>
  [-1, output.shape.length - 1].includes([layer.config.axis].flat()[0] as number);

/** What a batch normalization multiplies each channel by and adds to it. */
function affineOf({ config, weights }: GraphLayer): {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
} {
  const { gamma, beta, moving_mean: mean, moving_variance: variance } = weights;
  const scale = Float64Array.from(
    variance.values,
    (value, c) => (gamma?.values[c] ?? 1) / Math.sqrt(value + (config.epsilon as number)),
  );
  return { scale, offset: scale.map((factor, c) => (beta?.values[c] ?? 0) - mean.values[c] * factor) };
}

/** A layer that does what a normalization behind it did, too. */
function joined(layer: GraphLayer, norm: GraphLayer): GraphLayer {
  const { kernel, channel } = FOLDS[layer.className];
  const { scale, offset } = affineOf(norm);
  const old = layer.weights[kernel];
  const channelOf = channel(old);
  const values = old.values.map((value, place) => value * scale[channelOf(place)]);
  const bias = Float32Array.from(offset, (value, c) => value + (layer.weights.bias?.values[c] ?? 0) * scale[c]);
  return {
    ...layer,
    config: { ...layer.config, useBias: true, activation: 'linear' },
    weights: { [kernel]: { shape: old.shape, values }, bias: { shape: [bias.length], values: bias } },
  };
}

/**
 * Makes each batch normalization a part of the convolution or dense layer in front of it, where that has no activation and
 * nothing else takes its output, and both are used once.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const users = new Map<Value, number>();
  const uses = new Map<GraphLayer, number>();
  const count = <K>(counts: Map<K, number>, key: K): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { value } of graph.outputs) count(users, value);
  for (const { layer, inputs } of graph.calls) {
    count(uses, layer);
    for (const value of inputs) count(users, value);
  }
  const makers = new Map(graph.calls.map((call) => [call.output, call]));
  const folded = new Map<Call, Call | undefined>();
  for (const call of graph.calls) {
    const maker = makers.get(call.inputs[0]);
    const fits =
      call.layer.className === 'BatchNormalization' &&
      isLastAxis(call) &&
      maker !== undefined &&
      maker.layer.className in FOLDS &&
      maker.layer.config.activation === 'linear' &&
      users.get(maker.output) === 1 &&
      [call, maker].every(({ layer }) => uses.get(layer) === 1);
    if (!fits) continue;
    folded.set(maker, undefined);
    folded.set(call, { ...maker, layer: joined(maker.layer, call.layer), output: call.output });
  }
  return { ...graph, calls: graph.calls.flatMap((call) => (folded.has(call) ? (folded.get(call) ?? []) : [call])) };
}
