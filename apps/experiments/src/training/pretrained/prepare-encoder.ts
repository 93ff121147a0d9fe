import type { MultitaskModel } from 'tfjs-multitask';
import type { ExperimentTask, RunConfig } from '../../records';
import type { TaskView } from '../task-view';
import { fillVgg16 } from './fill-vgg16';
import { pooledFeatures } from './pooled-features';
import { fitProbe, type LabelledRow, putProbe } from './probe';

const T3 = 'classification';

export interface PrepareOptions {
  /** The file with the encoder's weights; null for drawn ones. */
  readonly weights: string | null;
  /** The folder of the experiment, in which features are kept for its other runs. */
  readonly out: string;
  onNotice(text: string): void;
}

/**
 * Fills a pretrained encoder, and lets the classifier begin with a logistic regression on its features, so that fine-tuning does not
 * first spoil them for a head that was drawn (Kumar et al., 2022, arXiv:2202.10054).
 */
export async function prepareEncoder(
  model: MultitaskModel<ExperimentTask>,
  view: TaskView,
  { pretrained, tasks, seed }: RunConfig,
  { weights, out, onNotice }: PrepareOptions,
): Promise<void> {
  if (pretrained?.weights === 'imagenet') {
    if (weights === null)
      throw new Error(
        'The run begins with the weights of ImageNet: fetch them first (npm run fetch-vgg16), or name a file (--weights).',
      );
    await fillVgg16(model, weights);
  }
  if (!tasks.includes(T3)) return;
  const known = view.parts.train.filter((i) => view.dataset.rows[i].tasks.includes(T3));
  const features = await pooledFeatures(model, view.dataset, known, out);
  const rows = known.map((i, at): LabelledRow => {
    return { features: features[at], label: view.truthOf(i) as 0 | 1, group: view.groupOf(i) };
  });
  const { probe, penalty, foldAuc } = await fitProbe(rows, seed);
  onNotice(
    `The classifier begins as a logistic regression on ${rows.length} images: penalty ${penalty}, ` +
      `AUC ${foldAuc.toFixed(3)} in folds.`,
  );
  putProbe(model, T3, probe);
}
