import type { layers } from '@tensorflow/tfjs-layers';
import type { MultitaskModel, OutputKind } from '../../types';
import { type Calls, followCalls, type Value } from './follow-calls';
import { countBytes, countOperations } from './operations';

type Sides = readonly (number | null)[];

/** A use of a layer. Null: it is not known. */
export interface LayerRow {
  readonly name: string;
  readonly className: string;
  /** Of its outputs, for one sample. */
  readonly shapes: readonly Sides[];
  /** Of its weights, where it is used first; 0 where it is used again. */
  readonly parameters: number;
  /** Of these, what training changes. */
  readonly trainable: number;
  readonly flops: number | null;
  readonly bytes: number | null;
}

/** What a net holds, and what a prediction of one sample takes. */
export interface NetDescription {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly shape: Sides }[];
  readonly tasks: readonly {
    readonly task: string;
    readonly kind: OutputKind;
    readonly width: number;
    readonly shape: Sides;
  }[];
  readonly layers: readonly LayerRow[];
  readonly totals: {
    readonly parameters: number;
    readonly trainable: number;
    readonly weightBytes: number;
    /** Of the layers whose operations are known. */
    readonly flops: number;
    /** Classes of the layers whose operations are not known. */
    readonly uncounted: readonly string[];
    readonly bytes: number | null;
  };
}

const sizeOf = ({ shape }: { readonly shape: Sides }): number =>
  shape.reduce<number>((size, side) => size * (side ?? 1), 1);

const sum = (numbers: readonly (number | null)[]): number =>
  numbers.reduce<number>((total, one) => total + (one ?? 0), 0);

/** Describes a model. `size`: the sides of images, where it takes any. */
export function describeNet(
  { net, tasks, outputs }: MultitaskModel<string>,
  size: readonly number[] = [],
): { readonly description: NetDescription; readonly calls: Calls } {
  const calls = followCalls(net, size);
  const trained = new Set(net.trainableWeights);
  const count = (weights: layers.Layer['weights']): number => sum(weights.map(sizeOf));
  const rows = calls.calls.map((call): LayerRow => {
    const weights = call.use === 0 ? call.layer.weights : [];
    return {
      name: call.use === 0 ? call.name : `${call.name} (${call.use + 1})`,
      className: call.layer.getClassName().replace('TfjsMultitask', ''),
      shapes: call.outputs.map(({ shape }) => shape),
      parameters: count(weights),
      trainable: count(weights.filter((weight) => trained.has(weight))),
      flops: countOperations(call) ?? null,
      bytes: countBytes(call) ?? null,
    };
  });
  const shapeOf = ({ shape }: Value): Sides => shape;
  const parameters = sum(rows.map((row) => row.parameters));
  const description = {
    name: net.name,
    inputs: net.inputNames.map((name, i) => ({ name, shape: shapeOf(calls.calls[i].outputs[0]) })),
    tasks: tasks.map((task, i) => ({ task, ...outputs[task], shape: shapeOf(calls.outputs[i]) })),
    layers: rows,
    totals: {
      parameters,
      trainable: sum(rows.map((row) => row.trainable)),
      weightBytes: 4 * parameters,
      flops: sum(rows.map((row) => row.flops)),
      uncounted: [...new Set(rows.flatMap(({ flops, className }) => (flops === null ? [className] : [])))],
      bytes: rows.some(({ bytes }) => bytes === null) ? null : sum(rows.map((row) => row.bytes)),
    },
  };
  return { description, calls };
}
