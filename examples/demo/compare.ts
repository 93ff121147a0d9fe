import { auc, bootstrapInterval, dicePerImage, score } from 'tfjs-multitask/metrics';
import type { Estimate, Pair, Scored } from './score-contender';

/** By how much one model is ahead of another on the same images. */
export type Difference = Estimate;

export interface Differences {
  /** Dice of the three tasks less that of segmentation alone. */
  readonly dice: Difference | null;
  /** AUC of the three tasks less that of classification alone on the same encoder. */
  readonly auc: Difference | null;
}

async function dices({ yTrue, yPred }: Pair): Promise<number[]> {
  const one = ({ data, shape }: Pair['yTrue'], i: number) => {
    const size = data.length / shape[0];
    return { data: data.subarray(i * size, (i + 1) * size), shape: [1, ...shape.slice(1)] };
  };
  const images = Array.from({ length: yTrue.shape[0] }, (_, i) =>
    score(dicePerImage(), one(yTrue, i), one(yPred, i)).then(({ value }) => value),
  );
  return Promise.all(images);
}

function weightedMean(values: readonly number[], weights: Float64Array): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + weights[i] * value, 0) / total;
}

/** The value, and its interval where the same patients are drawn for both models. */
async function paired(pair: Pair, statistic: (weights: Float64Array) => number | Promise<number>): Promise<Difference> {
  const { groups } = pair;
  const { value, low, high, n } = await bootstrapInterval(groups.length, statistic, { seed: 1, groups });
  return { value, low, high, n };
}

/** Compares the three-task model with its encoder in one task alone, on the images that both were scored on. */
export async function compareModels(shared: Scored, segmenting: Scored, classifying: Scored): Promise<Differences> {
  const [masks, classes] = [
    [shared.masks, segmenting.masks],
    [shared.classes, classifying.classes],
  ];
  let dice: Difference | null = null;
  if (masks[0] !== null && masks[1] !== null) {
    const [a, b] = [await dices(masks[0]), await dices(masks[1])];
    const each = a.map((value, i) => value - b[i]);
    dice = await paired(masks[0], (weights) => weightedMean(each, weights));
  }
  let ofAuc: Difference | null = null;
  if (classes[0] !== null && classes[1] !== null) {
    const [a, b] = [classes[0], classes[1]];
    ofAuc = await paired(
      a,
      async (weights) =>
        (await score(auc(), a.yTrue, a.yPred, weights)) - (await score(auc(), b.yTrue, b.yPred, weights)),
    );
  }
  return { dice, auc: ofAuc };
}
