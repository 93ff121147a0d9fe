import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Held, holdVariables } from './held';
import { isFloats } from './readers';

type Layer = LayersModel['layers'][number];

/** A model's weight as stored in snapshots. */
export interface NamedWeight {
  readonly name: string;
  readonly variable: Variable;
  /** False for a frozen weight and for moving statistics. */
  readonly trainable: boolean;
}

/**
 * All weights of a net in one order that freezing does not change: layer by layer. (`net.weights` puts what is
 * trainable first.)
 */
function orderedWeights(net: { readonly layers: Layer[] }): Layer['weights'] {
  return net.layers.flatMap((layer) => ('layers' in layer ? orderedWeights(layer as never) : layer.weights));
}

/** The weights' variables, in one order that freezing does not change. */
export function weightVariables(net: LayersModel): Variable[] {
  return orderedWeights(net).map((weight) => weight.read() as Variable);
}

/**
 * The weights with the names that their layers chose; tfjs makes its own names unique within the process, so those
 * would differ from one run to the next.
 */
export function namedWeights(net: LayersModel): NamedWeight[] {
  const trainable = new Set(net.trainableWeights.map((weight) => weight.read().id));
  return orderedWeights(net).map((weight) => {
    const variable = weight.read() as Variable;
    return { name: weight.originalName, variable, trainable: trainable.has(variable.id) };
  });
}

/** The values of the weights, copied. */
export async function readWeights(net: LayersModel): Promise<Float32Array[]> {
  const values = await Promise.all(weightVariables(net).map((variable) => variable.data<'float32'>()));
  return values.map((value) => value.slice());
}

/**
 * Restores what `readWeights` returned; `caller` is named in errors.
 *
 * @throws {RangeError} before anything is written, where there are not as many arrays or numbers as the net has.
 */
export function writeWeights(net: LayersModel, values: readonly Float32Array[], caller: string): void {
  const weights = namedWeights(net);
  if (!Array.isArray(values) || values.length !== weights.length) {
    const found = Array.isArray(values) ? values.length : typeof values;
    throw new RangeError(
      `${caller}: expected an array for each of the model's ${weights.length} weights, got ${found}.`,
    );
  }
  for (const [i, { name, variable }] of weights.entries()) {
    const value: unknown = values[i];
    if (isFloats(value) && value.length === variable.size) continue;
    const found = isFloats(value) ? `${value.length} numbers` : typeof value;
    throw new RangeError(
      `${caller}: expected a Float32Array of ${variable.size} numbers for weight ${i}, ${name} [${variable.shape}], got ${found}.`,
    );
  }
  tidy(() => {
    for (const [i, { variable }] of weights.entries()) variable.assign(tensor(values[i], variable.shape));
  });
}

/**
 * Holds the weights that a forward pass in training changes by itself, the moving statistics of batch normalization, so
 * that a pass which must not count can be undone.
 */
export function holdStatistics(net: LayersModel): Held {
  return holdVariables(namedWeights(net).flatMap(({ variable, trainable }) => (trainable ? [] : [variable])));
}

/** The first number that is NaN or infinite; undefined where all are finite. */
export function firstNonFinite(values: Float32Array): number | undefined {
  for (const value of values) if (!Number.isFinite(value)) return value;
  return undefined;
}

/** Says which trainable weight holds NaN or infinity, if any does. */
export async function findNonFiniteWeight(net: LayersModel): Promise<string | undefined> {
  const values = await readWeights(net);
  for (const [i, { name, trainable }] of namedWeights(net).entries()) {
    const value = trainable ? firstNonFinite(values[i]) : undefined;
    if (value !== undefined) return `the weight ${name} holds ${value}`;
  }
  return undefined;
}
