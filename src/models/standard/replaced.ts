import type { LayersModel, Shape } from '@tensorflow/tfjs-layers';
import { layerAt } from './topology';

/** A layer that standard layers took the place of, with what must be known to undo it. */
export interface Replaced {
  readonly name: string;
  readonly className: string;
  readonly inputs: readonly Shape[];
  /** The names of its weights and their shapes. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** The bytes of the weights, in base64, of which the standard layers do not have all values. */
  readonly kept?: Readonly<Record<string, string>> | undefined;
}

/** Reads what a layer of a net is. */
export function describe(net: LayersModel, path: readonly string[]): Replaced {
  const layer = layerAt(net, path);
  const weights = layer.weights.map(({ originalName, shape }) => [originalName, shape as number[]]);
  return {
    name: layer.name,
    className: layer.getClassName(),
    inputs: layer.inboundNodes[0].inputTensors.map(({ shape }) => shape),
    weights: Object.fromEntries(weights),
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;

function isReplaced(value: unknown, most: number): boolean {
  if (!isRecord(value) || typeof value.name !== 'string' || typeof value.className !== 'string') return false;
  const { inputs, weights, kept = {} } = value;
  const isShape = (shape: unknown) => Array.isArray(shape) && shape.every((size) => size === null || isSize(size));
  const isWeight = (shape: unknown) =>
    Array.isArray(shape) && shape.every(isSize) && shape.reduce((product, size) => product * size, 1) <= most;
  if (!Array.isArray(inputs) || !inputs.every(isShape) || !isRecord(weights) || !isRecord(kept)) return false;
  const shapesAreRight = Object.values(weights).every(isWeight) && Object.keys(kept).every((name) => name in weights);
  return shapesAreRight && Object.values(kept).every((text) => typeof text === 'string' && /^[\w+/]*=*$/.test(text));
}

/** Of a file in which what was replaced does not have its form. */
export function malformed(who: string, cause?: unknown): TypeError {
  return new TypeError(
    `${who}: expected in 'tfjs_multitask' the layers that standard ones stand for, found another form.`,
    { cause },
  );
}

/**
 * Checks what a file of a stranger says was replaced. No weight may hold more than `most` values: as many as the file.
 *
 * @throws {TypeError} which `who` begins, where it does not have that form.
 */
export function checkReplaced(value: unknown, most: number, who: string): asserts value is readonly Replaced[] {
  if (!Array.isArray(value) || !value.every((each) => isReplaced(each, most))) throw malformed(who);
}
