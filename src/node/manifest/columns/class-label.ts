import type { NDArray, Output } from '../../../types';

/** The label of a class: `[1]`, 0 or 1, of two classes; else one-hot, `[classes]`. */
export function classLabel(number: number, classes: number, oneHot: boolean): NDArray {
  if (classes === 2 && !oneHot) return { data: Uint8Array.of(number), shape: [1] };
  const data = new Uint8Array(classes);
  data[number] = 1;
  return { data, shape: [classes] };
}

/** What a head puts out for such labels. */
export function classOutput(classes: number, oneHot: boolean): Output {
  return classes === 2 && !oneHot ? { kind: 'probability', width: 1 } : { kind: 'distribution', width: classes };
}
