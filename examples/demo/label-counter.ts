import type { Batch, Source } from 'tfjs-multitask';
import type { Callback } from 'tfjs-multitask/train';
import { DEMO_TASKS, type DemoTask } from './data';
import { countLabelled } from './sources';

export type LabelCounts = Record<DemoTask, number>;

/**
 * Counts what a model really sees: the samples with a label of each task, over all of its steps. `watch` goes around
 * the source; the counts are in the checkpoints, so that a resumed run has those of all its steps.
 */
export function labelCounter() {
  let counts: LabelCounts = { reconstruction: 0, segmentation: 0, classification: 0 };
  let steps = 0;
  let ofBatch = counts;
  const callback: Callback<DemoTask> = {
    name: 'labelCounter',
    // Batches that a resumed run passes over make no step.
    onStepEnd() {
      steps++;
      counts = Object.fromEntries(DEMO_TASKS.map((task) => [task, counts[task] + ofBatch[task]])) as LabelCounts;
    },
    save: () => ({ steps, ...counts }),
    load(state) {
      ({ steps, ...counts } = state as unknown as LabelCounts & { steps: number });
    },
  };
  return {
    callback,
    watch(source: Source<DemoTask>): Source<DemoTask> {
      const watched = async function* (epoch: number): AsyncGenerator<Batch<DemoTask>, void> {
        for await (const batch of source(epoch)) {
          const numbers = DEMO_TASKS.map(async (task) => [task, await countLabelled(batch, task)] as const);
          ofBatch = Object.fromEntries(await Promise.all(numbers)) as LabelCounts;
          yield batch;
        }
      };
      return Object.assign(watched, { steps: source.steps });
    },
    seen: () => ({ steps, ...counts }),
  };
}
