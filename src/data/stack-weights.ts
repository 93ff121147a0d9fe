import { checkNDArray } from '../internal/check-kinds';
import type { NDArray } from '../types';

/** How much a sample's label counts, or each element of it. */
export type LabelWeight = number | NDArray;

function checkWeight(weight: LabelWeight, label: readonly number[], name: string): void {
  if (typeof weight !== 'number') {
    checkNDArray(weight, name);
    const { shape, data } = weight;
    const last = label.length - 1;
    if (shape.length !== label.length || shape.some((n, axis) => n !== label[axis] && (axis < last || n !== 1))) {
      const shared = [...label.slice(0, -1), 1];
      throw new RangeError(
        `${name} must be a number or have the label's shape [${label}], or [${shared}]; got the shape [${shape}].`,
      );
    }
    const size = shape.reduce((product, n) => product * n, 1);
    if (data.length !== size) {
      throw new RangeError(`${name}: shape [${shape}] needs ${size} values, got ${data.length}.`);
    }
  }
  const values = typeof weight === 'number' ? [weight] : weight.data;
  const bad = values.findIndex((value) => !(value >= 0) || !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`${name} must be finite and not negative, got ${values[bad]} at ${bad}.`);
}

/**
 * Stacks what the samples of a batch weigh for a task: `[batch]` where all are numbers; else a weight for each element,
 * with the label's last axis where one of them has it and 1 in its place where none does. A number counts for all
 * elements of its sample. Undefined where all weigh 1. `label` is the shape of a label.
 */
export function stackWeights(
  weights: readonly LabelWeight[],
  label: readonly number[],
  nameOf: (sample: number) => string,
): NDArray | undefined {
  for (const [i, weight] of weights.entries()) checkWeight(weight, label, nameOf(i));
  const maps = weights.filter((weight) => typeof weight !== 'number');
  // those with the label's last axis are longer than those with 1 in its place
  const shape =
    maps.reduce<NDArray | undefined>((a, b) => (a && a.data.length >= b.data.length ? a : b), undefined)?.shape ?? [];
  const size = shape.reduce((product, n) => product * n, 1);
  const data = new Float32Array(weights.length * size);
  weights.forEach((weight, i) => {
    const values = typeof weight === 'number' ? [weight] : weight.data;
    const repeat = size / values.length;
    for (let k = 0; k < size; k++) data[i * size + k] = values[Math.floor(k / repeat)];
  });
  return data.every((weight) => weight === 1) ? undefined : { data, shape: [weights.length, ...shape] };
}
