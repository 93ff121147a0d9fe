// Training and scoring of one model, whichever of the three tasks it has.
import { augment, batches, flipHorizontal, rotate, scale, selectTasks, shift } from 'tfjs-multitask/data';
import { progressBar } from 'tfjs-multitask/node';
import { earlyStopping, type Scores, type TaskMetrics, type Trainer } from 'tfjs-multitask/train';
import type { Images, Task } from './data';

export interface Setting {
  readonly epochs: number;
  readonly batchSize: number;
}

/**
 * Trains the model of a trainer on the slices that have a label of one of its tasks, keeps the weights of the epoch with the best
 * validation loss, and returns its scores on the test slices.
 */
export async function trainAndScore<T extends Task, M extends TaskMetrics<T>>(
  trainer: Trainer<T, M>,
  { dataset, parts }: Images,
  { epochs, batchSize }: Setting,
): Promise<Scores<T, M>> {
  const own = selectTasks<Task, T>(dataset, trainer.model.tasks);
  const labelled = (part: keyof Images['parts']): number[] => parts[part].filter((i) => own.rows[i].tasks.length > 0);
  const inOrder = (part: keyof Images['parts']) => batches(own, { indices: labelled(part), batchSize, shuffle: false });
  await trainer.fit(
    batches(own, {
      indices: labelled('train'),
      batchSize,
      seed: 1,
      augment: augment<T>([flipHorizontal(), rotate(10), shift(0.05), scale(0.1)], { seed: 1 }),
    }),
    {
      epochs,
      validation: inOrder('validation'),
      callbacks: [earlyStopping({ monitor: 'validation.loss', patience: 35 }), progressBar()],
    },
  );
  const scores = await trainer.evaluate(inOrder('test'));
  trainer.dispose();
  return scores;
}
