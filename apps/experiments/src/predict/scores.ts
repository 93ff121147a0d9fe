import type { NDArray } from 'tfjs-multitask';
import { delongInterval, dicePerImage, type Interval, interval } from 'tfjs-multitask/metrics';

export interface FolderScores {
  /** Area under the ROC curve over the images with a class; null where one of the classes is missing. */
  readonly auc: Interval | null;
  /** Mean Dice over the images with a lesion, each at its own size; null where there are none. */
  readonly dice: Interval | null;
}

/** Gathers two numbers for each labelled image, and nothing else of it. */
export interface Scorer {
  addClass(label: 0 | 1, probability: number): Promise<void>;
  /** Binary masks `[height, width, 1]`. */
  addMask(truth: NDArray, prediction: NDArray): Promise<void>;
  scores(): FolderScores;
}

/** The AUC has DeLong's interval, the mean Dice that of a bootstrap over images; both 95 %. */
export function createScorer(): Scorer {
  const [auc, dice] = [delongInterval(), interval(dicePerImage(), { seed: 1 })];
  let [classes, masks] = [auc.init(), dice.init()];
  const seen = new Set<number>();
  let lesions = 0;
  return {
    async addClass(label, probability) {
      seen.add(label);
      classes = await auc.update(classes, [label], [probability]);
    },
    async addMask(truth, prediction) {
      if (!truth.data.includes(1)) return;
      lesions++;
      const one = ({ data, shape }: NDArray): NDArray => ({ data, shape: [1, ...shape] });
      masks = await dice.update(masks, one(truth), one(prediction));
    },
    scores: () => ({
      auc: seen.size === 2 ? auc.compute(classes) : null,
      dice: lesions > 0 ? dice.compute(masks) : null,
    }),
  };
}

function line(name: string, { value, low, high, n }: Interval, over: string): string {
  const bounds = Number.isNaN(low) ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${name} ${value.toFixed(3)}${bounds} over ${n} ${over}`;
}

/** The scores in words; empty where there was nothing to compare with. */
export function describeScores({ auc, dice }: FolderScores): string {
  return [auc && line('AUC', auc, 'images with a class'), dice && line('Dice', dice, 'images with a lesion')]
    .filter((text) => text !== null)
    .join('\n');
}
