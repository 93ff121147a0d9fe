import { type Case, expected, type Inputs, randomInputs } from './cases';

/** Inputs with a weight for each pixel, and what the loss of each sample is then. */
export interface Weighted extends Inputs {
  readonly weight: number[];
  readonly wanted: number[];
}

const PIXELS = 5;
const CLASSES = 3;
/** How often each pixel of two samples counts. */
const COUNTS = [2, 0, 1, 3, 0, 1, 1, 0, 4, 1];

/** Picks the rows of classes that belong to some pixels. */
const rowsOf = (values: readonly number[], pixels: readonly number[]): number[] =>
  pixels.flatMap((pixel) => values.slice(pixel * CLASSES, (pixel + 1) * CLASSES));

/** A pixel that weighs 3 counts as three do, one that weighs 0 not at all: the oracle sees it as often. */
export function weightedInputs(c: Case, counts: readonly number[] = COUNTS): Weighted {
  const inputs = randomInputs(c, [2, PIXELS, CLASSES], 5);
  const wanted = [0, 1].flatMap((sample) => {
    const pixels = counts
      .slice(sample * PIXELS, (sample + 1) * PIXELS)
      .flatMap((count, i) => Array<number>(count).fill(sample * PIXELS + i));
    const [yTrue, yPred] = [rowsOf(inputs.yTrue, pixels), rowsOf(inputs.yPred, pixels)];
    return expected(c.oracle, { shape: [1, pixels.length, CLASSES], yTrue, yPred });
  });
  return { ...inputs, weight: [...counts], wanted };
}

/** The same with pixels to ignore in place of those that weigh 0, `mark` in all of their labels. */
export function ignoredInputs(c: Case, mark: number): Weighted {
  const inputs = weightedInputs(
    c,
    COUNTS.map((count) => Math.min(count, 1)),
  );
  const yTrue = inputs.yTrue.map((y, i) => (inputs.weight[Math.floor(i / CLASSES)] === 0 ? mark : y));
  return { ...inputs, yTrue };
}
