import { axisInFirst, broadcastFirst, range } from '../graph/axes';
import { isLastAxis } from '../graph/fold-batch-norm';
import type { Weight } from '../graph/graph';
import type { CallWriter } from './call-writer';

const filled = (size: number, value: number): Weight => ({ shape: [size], values: new Float32Array(size).fill(value) });

export function batchNorm(writer: CallWriter): string {
  const { weights } = writer.call.layer;
  if (!isLastAxis(writer.call)) writer.refuse('only a normalization of the last axis has a form there');
  const [size] = weights.moving_mean.shape;
  const { gamma = filled(size, 1), beta = filled(size, 0), moving_mean, moving_variance } = weights;
  const parts = Object.entries({ gamma, beta, moving_mean, moving_variance });
  return writer.node(
    'BatchNormalization',
    [writer.inputs[0], ...parts.map(([name, weight]) => writer.weight(name, weight))],
    { epsilon: { float: writer.option<number>('epsilon') } },
  );
}

/** Composed: the format's own normalizes the last axes alone, and here channels come first. */
export function layerNorm(writer: CallWriter): string {
  const { node, rank, call } = writer;
  const { gamma, beta } = call.layer.weights;
  const own = [writer.option<number | number[]>('axis')].flat().map((axis) => (axis < 0 ? axis + rank : axis));
  const axes = own.map((axis) => axisInFirst(axis, rank)).sort((a, b) => a - b);
  const mean = (x: string) => node('ReduceMean', [x], { axes, keepdims: 1 });
  const centred = node('Sub', [writer.inputs[0], mean(writer.inputs[0])]);
  const variance = mean(node('Mul', [centred, centred]));
  const deviation = node('Sqrt', [node('Add', [variance, writer.number('epsilon', writer.option('epsilon'))])]);
  let y = node('Div', [centred, deviation]);
  if (gamma) y = node('Mul', [y, writer.weight('gamma', broadcastFirst(gamma, own, rank))]);
  return beta ? node('Add', [y, writer.weight('beta', broadcastFirst(beta, own, rank))]) : y;
}

export function instanceNorm(writer: CallWriter): string {
  const { gamma, beta } = writer.call.layer.weights;
  const weights = [writer.weight('gamma', gamma), writer.weight('beta', beta)];
  const epsilon = { float: writer.option<number>('epsilon') };
  return writer.node('InstanceNormalization', [writer.inputs[0], ...weights], { epsilon });
}

/** Groups are instances of fewer channels. */
export function groupNorm(writer: CallWriter): string {
  const { node, inputs, rank, call } = writer;
  const groups = writer.option<number>('groups');
  const { gamma, beta } = call.layer.weights;
  const grouped = node('Reshape', [inputs[0], writer.integers([0, groups, -1])]);
  const weights = [writer.weight('ones', filled(groups, 1)), writer.weight('zeros', filled(groups, 0))];
  const epsilon = { float: writer.option<number>('epsilon') };
  const normalized = node('InstanceNormalization', [grouped, ...weights], { epsilon });
  const back = node('Reshape', [normalized, node('Shape', [inputs[0]])]);
  const [factor, offset] = [gamma, beta].map((weight) => broadcastFirst(weight, [rank - 1], rank));
  // Without the axis of the batch, which broadcasting adds.
  const inner = ({ shape, values }: Weight): Weight => ({ shape: shape.slice(1), values });
  const scaled = node('Mul', [back, writer.weight('gamma', inner(factor))]);
  return node('Add', [scaled, writer.weight('beta', inner(offset))]);
}

/** Axes of space where channels come first. */
export const spaceAxes = (rank: number): number[] => range(rank - 2).map((i) => i + 2);
