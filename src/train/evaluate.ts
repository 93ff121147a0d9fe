import { clone, dispose, tidy } from '@tensorflow/tfjs-core';
import { openSource } from '../internal/open-source';
import { eventLoopYielder } from '../internal/yield';
import type { ByTask, Loss, MultitaskModel, SomeTasks, SourceLike } from '../types';
import type { TaskScores } from './callbacks/callback';
import { addLoss, type LossSums, meanLoss, meanLosses } from './scores';
import { checkBatch } from './step/check-batch';
import type { Forward } from './step/forward';
import type { LabelledBatch } from './step/step-batches';
import { taskLoss } from './step/task-loss';
import type { TaskOutput } from './task-outputs';
import { whichNotFinite } from './which-not-finite';

/** Throws where a weight is NaN or infinite: not every backend keeps NaN, and what it makes of it would be scored. */
async function checkWeights({ net }: MultitaskModel<string>): Promise<void> {
  const weight = await whichNotFinite(net);
  if (weight !== undefined) throw new RangeError(`evaluate: ${weight}. Go back to a checkpoint.`);
}

/** Scores a model over a source: each task over the samples that carry its label. */
export async function evaluateModel<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  source: SourceLike<T>,
  {
    outputs,
    losses,
    jointLoss,
  }: {
    readonly outputs: ByTask<T, TaskOutput>;
    readonly losses: ByTask<T, Loss>;
    readonly jointLoss: (means: SomeTasks<T, number>) => Promise<number>;
  },
  signal?: AbortSignal,
): Promise<TaskScores<T>> {
  await checkWeights(model);
  const pause = eventLoopYielder();
  const used = model.tasks.flatMap((task) =>
    Object.entries(outputs[task].metrics).map(([name, metric]) => ({ task, name, metric })),
  );
  const states: unknown[] = used.map(({ metric }) => metric.init());
  let sums: LossSums = {};
  let batches = 0;
  const add = async ({ batch: { x, y, weight: weights }, amounts }: LabelledBatch<T>): Promise<void> => {
    const tasks = [...amounts.keys()];
    if (tasks.length === 0) return;
    const values = tidy(() => forward(x, tasks, false));
    try {
      for (const [i, task] of tasks.entries()) {
        const { metrics, toMetrics } = outputs[task];
        const yTrue = y[task]!;
        const weight = weights?.[task];
        const loss = tidy(() => taskLoss(task, losses[task], yTrue, values[i], weight));
        sums = addLoss(sums, task, (await loss.data())[0], amounts.get(task)!);
        loss.dispose();
        if (Object.keys(metrics).length === 0) continue;
        const yPred = tidy(() => clone(toMetrics(values[i])));
        try {
          for (const [k, { task: owner, name, metric }] of used.entries()) {
            if (owner !== task) continue;
            states[k] = await metric.update(states[k], yTrue, yPred, weight);
            if (states[k] !== undefined) continue;
            throw new TypeError(
              `evaluate: update of the metric '${name}' of '${task}' must return the new state, got undefined.`,
            );
          }
        } finally {
          yPred.dispose();
        }
      }
    } finally {
      dispose(values);
    }
  };
  for await (const batch of openSource(source, 0, 'evaluate')) {
    signal?.throwIfAborted();
    batches++;
    const checked = await checkBatch(model, batch, losses);
    try {
      await add(checked);
    } finally {
      checked.dispose();
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
  const loss = await jointLoss(meanLosses(sums, model.tasks));
  return { loss, ...scores } as TaskScores<T>;
}
