import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Encoder, Features } from '../../types';

/**
 * How the tasks of a model get their features: one set of features for each task, in the order of `tasks`. The
 * names of the layers that it adds start with `encoder/`, and `seed` makes their initial weights reproducible.
 */
export type Sharing = (
  input: SymbolicTensor,
  encoder: Encoder,
  tasks: readonly string[],
  seed?: number,
) => readonly Features[];

/** Throws unless there are several tasks to share between. */
export function checkSeveral(tasks: readonly string[], caller: string): void {
  if (tasks.length < 2) throw new RangeError(`${caller}: there must be at least 2 tasks, got ${tasks.length}.`);
}
