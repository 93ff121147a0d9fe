import { checkInteger } from '../internal/check';
import { readWeights, writeWeights } from '../internal/layer-weights';
import { eventLoopYielder } from '../internal/yield';
import type { Batch, PlainData, SomeTasks, Source, Weighting } from '../types';
import type { Callback, EpochLog, Run, TaskScores } from './callbacks/callback';
import { addLoss, type LossSums, meanLoss, meanLosses, type Scores, type TaskMetrics } from './scores';
import { newRunId, readSnapshot, type Snapshot } from './snapshot';
import type { FitOptions, History, StepResult, Trainer } from './types';

const TOTAL = 'loss';

function checkCallbacks<T extends string>(callbacks: readonly Callback<T>[]): void {
  const names = callbacks.filter((callback) => callback.save !== undefined).map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (names.includes(undefined)) throw new TypeError('fit: a callback with `save` needs a `name`.');
  if (twice !== undefined) throw new RangeError(`fit: two callbacks have the name '${twice}'.`);
}

/** The loop behind `trainer.fit`. */
export async function fitModel<T extends string, M extends TaskMetrics<T>>(
  trainer: Trainer<T, M>,
  weighting: Weighting<T>,
  source: Source<T>,
  { epochs, validation, callbacks = [], signal, terminateOnNaN = true, resume }: FitOptions<T>,
): Promise<History<T, Scores<T, M>>> {
  checkInteger(epochs, 0, 'fit: epochs');
  checkCallbacks(callbacks);
  const { net, tasks } = trainer.model;
  const pause = eventLoopYielder();
  const start = readSnapshot<T>(resume);
  const history: EpochLog<T>[] = [...(start?.history ?? [])];
  let stopped: string | null = start?.stopped ?? null;
  let epoch = start?.epoch ?? 0;
  let batches = start?.batch ?? 0;
  let sums: LossSums = start?.sums ?? {};
  /** When the epoch would have begun, had there been no pause in it. */
  let began = performance.now() - 1000 * (start?.seconds ?? 0);
  const secondsSoFar = (): number => (performance.now() - began) / 1000;
  const id = start?.id ?? newRunId();
  let steps = source.steps;

  const run: Run<T> = {
    id,
    tasks,
    epochs,
    history,
    resumed: start !== undefined,
    get epoch() {
      return epoch;
    },
    get steps() {
      return steps;
    },
    get learningRate() {
      return trainer.learningRate;
    },
    set learningRate(rate) {
      trainer.learningRate = rate;
    },
    get stopped() {
      return stopped ?? undefined;
    },
    stop(reason) {
      stopped ??= reason;
    },
    weights: () => trainer.averaged(() => readWeights(net)),
    setWeights: (weights) => writeWeights(net, weights),
    async snapshot() {
      const saved = callbacks.flatMap((callback) =>
        callback.save ? [[callback.name!, callback.save()] as const] : [],
      );
      const snapshot: Snapshot<T> = {
        kind: 'tfjs-multitask run',
        version: 1,
        id,
        trainer: await trainer.save(),
        epoch,
        batch: batches,
        seconds: batches === 0 ? 0 : secondsSoFar(),
        sums,
        history: [...history],
        stopped,
        callbacks: Object.fromEntries(saved),
      };
      return snapshot as unknown as PlainData;
    },
  };

  const aborted = (): boolean => signal?.aborted === true;
  const safePoint = async (at: 'step' | 'epoch' | 'abort'): Promise<void> => {
    for (const callback of callbacks) await callback.onSafePoint?.(run, at);
  };

  const step = async (batch: Batch<T>): Promise<StepResult<T>> => {
    try {
      return await trainer.step(batch, { terminateOnNaN, epoch });
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`fit: epoch ${epoch}, step ${batches + 1}: ${message}`, { cause: error });
    }
  };

  /** Trains on the rest of the epoch; false where it was cut short. */
  const trainEpoch = async (): Promise<boolean> => {
    let skip = batches;
    for await (const batch of source(epoch)) {
      if (skip-- > 0) continue;
      const result = await step(batch);
      batches++;
      for (const task of tasks) {
        const loss = result.losses[task];
        if (loss !== undefined) sums = addLoss(sums, task, loss, result.amounts[task]!);
      }
      if (!Number.isNaN(result.loss)) sums = addLoss(sums, TOTAL, result.loss, 1);
      const { progress, loss, losses, balance } = result;
      const log = { step: batches, progress, loss, losses, ...(balance === undefined ? {} : { balance }) };
      for (const callback of callbacks) {
        await callback.onStepEnd?.(run, log);
      }
      // Between the batches of one accumulated step there is nothing whole to save.
      if (result.updated) {
        await safePoint('step');
        if (stopped !== null || aborted()) return false;
      }
      await pause();
    }
    if (batches === 0) throw new RangeError(`fit: the source gave no batch in epoch ${epoch}.`);
    steps = batches;
    trainer.flush();
    return !aborted();
  };

  const validate = async (): Promise<TaskScores<T> | undefined> => {
    if (validation === undefined) return undefined;
    return (await trainer.evaluate(validation, signal === undefined ? {} : { signal })) as unknown as TaskScores<T>;
  };

  /** One epoch from where it stands; false where it was cut short. */
  const runEpoch = async (): Promise<boolean> => {
    if (batches === 0) began = performance.now();
    for (const callback of callbacks) await callback.onEpochBegin?.(run);
    if (!(await trainEpoch())) return false;
    const scores = await validate();
    const train = Object.fromEntries(tasks.map((task) => [task, { loss: meanLoss(sums, task) }]));
    const log = {
      epoch,
      seconds: secondsSoFar(),
      learningRate: trainer.learningRate,
      train: { ...train, loss: meanLoss(sums, TOTAL) },
      ...(scores === undefined ? {} : { validation: scores }),
    } as EpochLog<T>;
    history.push(log);
    weighting.endEpoch?.(meanLosses(sums, tasks) as SomeTasks<T, number>);
    for (const callback of callbacks) await callback.onEpochEnd?.(run, log);
    epoch++;
    batches = 0;
    sums = {};
    await safePoint('epoch');
    return true;
  };

  if (start !== undefined) {
    trainer.load(start.trainer);
    for (const callback of callbacks) {
      const state = start.callbacks[callback.name ?? ''];
      if (state !== undefined) callback.load?.(state);
    }
  }
  const begun: Callback<T>[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for (const callback of callbacks) {
      await callback.onFitBegin?.(run);
      begun.push(callback);
    }
    while (epoch < epochs && stopped === null && !aborted()) {
      const whole = await runEpoch().catch((error) => {
        if (aborted() && error === signal?.reason) return false;
        throw error;
      });
      if (!whole && aborted()) await safePoint('abort');
    }
    trainer.finishAverage();
  } catch (error) {
    failure = { error };
  }
  // Whatever happened, each callback that has begun ends; the first error is the one to know.
  for (const callback of begun) {
    try {
      await callback.onFitEnd?.(run);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
  const reason = stopped ?? (aborted() && epoch < epochs ? 'aborted' : null);
  return { epochs: history as History<T, Scores<T, M>>['epochs'], ...(reason === null ? {} : { stopped: reason }) };
}
