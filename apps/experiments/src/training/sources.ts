import type { Batch, Dataset, NDArray, Source } from 'tfjs-multitask';
import { augment, batches, flipHorizontal, intensity, rotate, scale, selectTasks, shift } from 'tfjs-multitask/data';
import type { ExperimentTask, RunConfig } from '../records';
import type { TaskView } from './task-view';

const MASKS_PER_BATCH = 2;

/** Beside the tasks, a mark of drawn masks, so that batches can be balanced by them and not by empty ones. */
type Label = ExperimentTask | 'drawn';

const MARK: NDArray = { data: Uint8Array.of(1), shape: [1] };

function markDrawn(dataset: Dataset<ExperimentTask>, isDrawn: (index: number) => boolean): Dataset<Label> {
  return {
    rows: dataset.rows.map((row, i) => (isDrawn(i) ? { ...row, tasks: [...row.tasks, 'drawn'] } : row)),
    async read(index) {
      const sample = await dataset.read(index);
      return isDrawn(index) ? { ...sample, y: { ...sample.y, drawn: MARK } } : sample;
    },
  };
}

function withoutMark({ x, y: { drawn: _, ...y }, weight: { drawn: __, ...weight } = {} }: Batch<Label>) {
  return { x, y, weight } as Batch<ExperimentTask>;
}

/** How many labelled images a batch has at least, so that few among many are not rare in training. */
function balanceOf(
  { parts, hasDrawnMask }: TaskView,
  { tasks, batch, masksPerBatch = MASKS_PER_BATCH, labels, emptyMasks }: RunConfig,
) {
  if (tasks.length === 1 && !emptyMasks) return {};
  const drawn = Math.min(masksPerBatch, batch - 1, parts.train.filter(hasDrawnMask).length);
  const classification = tasks.includes('classification') && labels !== null && batch - drawn > 1 ? 1 : 0;
  return { drawn, classification };
}

/**
 * What a run trains on and what it is followed by. An epoch is `stepsPerEpoch` batches, the same for every model that is
 * compared: as many passes over the images with a label as that takes, or a random part of one pass.
 */
export function sourcesFor(view: TaskView, config: RunConfig) {
  const { tasks, batch, seed, stepsPerEpoch } = config;
  const dataset = selectTasks(view.dataset, tasks);
  const labelled = (indices: readonly number[]): number[] => indices.filter((i) => dataset.rows[i].tasks.length > 0);
  const pieces = [flipHorizontal(), rotate(10), shift(0.05), scale(0.1), intensity()];
  const once = batches(markDrawn(dataset, view.hasDrawnMask), {
    indices: labelled(view.parts.train),
    batchSize: batch,
    seed,
    balance: balanceOf(view, config),
    augment: config.augment ? augment<Label>(pieces, { seed }) : undefined,
  });
  const steps = stepsPerEpoch ?? Math.ceil(view.parts.train.length / batch);
  const passes = Math.ceil(steps / once.steps);
  const train = async function* (epoch: number) {
    let left = steps;
    for (let pass = 0; pass < passes; pass++) {
      for await (const one of once(epoch * passes + pass)) {
        yield withoutMark(one);
        if (--left === 0) return;
      }
    }
  };
  const validation: Source<ExperimentTask> = batches(dataset, {
    indices: labelled(view.parts.validation),
    batchSize: batch,
    shuffle: false,
  });
  return { train: Object.assign(train, { steps }) as Source<ExperimentTask>, validation };
}
