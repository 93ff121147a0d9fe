import type { PhantomTasks, Way } from './phantom-tasks';

const WARM_UP = 3;

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/**
 * What a training step of each way costs, as a ratio to the first one's: the median over rounds in which the ways take
 * turns on one batch. It counts the processor time of this process, all threads, so that a busy machine hardly matters.
 */
export async function stepRatios(
  { trainerFor, trainSet }: PhantomTasks,
  ways: readonly Way[],
  rounds: number,
): Promise<number[]> {
  const trainers = ways.map(trainerFor);
  const times: number[][] = ways.map(() => []);
  for await (const batch of trainSet(0)) {
    // A batch with labels of all tasks.
    if (batch.y.segmentation === undefined) continue;
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const [i, trainer] of trainers.entries()) {
        const start = process.cpuUsage().user;
        await trainer.step(batch);
        if (round >= 0) times[i].push(process.cpuUsage().user - start);
      }
    }
    break;
  }
  for (const trainer of trainers) {
    trainer.dispose();
    trainer.model.dispose();
  }
  return times.map((of) => median(of.map((time, round) => time / times[0][round])));
}
