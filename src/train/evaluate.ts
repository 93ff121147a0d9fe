import { tidy } from '@tensorflow/tfjs-core';
import { eventLoopYielder } from '../internal/yield';
import type { AnyMetric, ByTask, Loss, MultitaskModel, Progress, Source, Weighting } from '../types';
import type { TaskScores } from './callbacks/callback';
import { addLoss, combineMeans, type LossSums, meanLoss, meanLosses, type TaskMetrics } from './scores';
import { checkBatch } from './step/check-batch';
import type { Forward } from './step/forward';
import { taskLoss } from './step/task-loss';

/** Scores a model over a source: each task over the samples that carry its label. */
export async function evaluateModel<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  source: Source<T>,
  {
    losses,
    weighting,
    metrics,
    progress,
  }: {
    readonly losses: ByTask<T, Loss>;
    readonly weighting: Weighting<T>;
    readonly metrics: TaskMetrics<T>;
    readonly progress: Progress;
  },
  signal?: AbortSignal,
): Promise<TaskScores<T>> {
  const pause = eventLoopYielder();
  const used = model.tasks.flatMap((task) =>
    Object.entries<AnyMetric>(metrics[task] ?? {}).map(([name, metric]) => ({ task, name, metric })),
  );
  const states: unknown[] = used.map(({ metric }) => metric.init());
  let sums: LossSums = {};
  let batches = 0;
  for await (const batch of source(0)) {
    signal?.throwIfAborted();
    batches++;
    const amounts = await checkBatch(model, batch, losses);
    const tasks = [...amounts.keys()];
    if (tasks.length === 0) continue;
    const outputs = tidy(() => forward(batch.x, tasks, false));
    try {
      for (const [i, task] of tasks.entries()) {
        const yTrue = batch.y[task]!;
        const weight = batch.weight?.[task];
        const loss = tidy(() => taskLoss(losses[task], yTrue, outputs[i], weight));
        sums = addLoss(sums, task, (await loss.data())[0], amounts.get(task)!);
        loss.dispose();
        for (const [k, { task: owner, metric }] of used.entries()) {
          if (owner === task) states[k] = await metric.update(states[k], yTrue, outputs[i], weight);
        }
      }
    } finally {
      for (const output of outputs) output.dispose();
    }
    await pause();
  }
  if (batches === 0) {
    throw new RangeError(
      'evaluate: the source returned no batch; a source that can be read only once must be created anew.',
    );
  }
  const scores: Record<string, Record<string, unknown>> = {};
  for (const task of model.tasks) scores[task] = { loss: meanLoss(sums, task) };
  for (const [k, { task, name, metric }] of used.entries()) scores[task][name] = metric.compute(states[k]);
  const loss = await combineMeans(weighting, meanLosses(sums, model.tasks), progress);
  return { loss, ...scores } as TaskScores<T>;
}
