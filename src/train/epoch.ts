import { findNonFiniteWeight, weightVariables } from '../internal/layer-weights';
import type { Batch, Source, Weighting } from '../types';
import type { Callback, EpochLog, Run, TaskScores } from './callbacks/callback';
import { beginNextEpoch, countBatch, type FitState, secondsSoFar, trainScores } from './fit-state';
import { meanLosses, type TaskMetrics } from './scores';
import { allFinite } from './step/pass-report';
import type { FitTrainer, StepResult } from './types';

/** Whose hooks are called, and with what. */
export interface Hooks<T extends string> {
  readonly signal: AbortSignal | undefined;
  readonly callbacks: readonly Callback<T>[];
  readonly run: Run<T>;
  readonly trainer: Pick<FitTrainer<T, TaskMetrics<T>>, 'lend'>;
}

/** What an epoch is trained with. */
export interface Fit<T extends string, M extends TaskMetrics<T>> extends Hooks<T> {
  readonly trainer: FitTrainer<T, M>;
  readonly weighting: Weighting<T>;
  readonly source: Source<T>;
  readonly validation: Source<T> | undefined;
  readonly terminateOnNaN: boolean;
  /** Yields to the event loop. */
  readonly pause: () => Promise<void>;
  readonly state: FitState<T>;
}

/** Runs `body`, which may end by throwing the signal's reason once that is aborted: the loop sees to the abort. */
export async function untilAbort(signal: AbortSignal | undefined, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
  }
}

/** Calls a hook of each callback, one after the other; the trainer is theirs meanwhile. */
async function callEach<T extends string>(
  { callbacks, trainer, signal }: Hooks<T>,
  hook: (callback: Callback<T>) => void | Promise<void>,
): Promise<void> {
  for (const callback of callbacks) await untilAbort(signal, () => trainer.lend(() => hook(callback)));
}

export async function reachSafePoint<T extends string>(hooks: Hooks<T>, at: 'step' | 'epoch' | 'abort'): Promise<void> {
  const { run } = hooks;
  const before = run.stopped;
  await callEach(hooks, (callback) => callback.onSafePoint?.(run, at));
  // A stop at a safe point: the callbacks before it have not heard of it.
  if (run.stopped !== before && at !== 'abort') await reachSafePoint(hooks, 'abort');
}

/** A step of the trainer; its errors say where the fit was. */
async function takeStep<T extends string, M extends TaskMetrics<T>>(
  { trainer, terminateOnNaN, state: { epoch, batches } }: Fit<T, M>,
  batch: Batch<T>,
): Promise<StepResult<T>> {
  try {
    return await trainer.step(batch, { terminateOnNaN, epoch });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`fit: epoch ${epoch}, step ${batches + 1}: ${message}`, { cause: error });
  }
}

/** Throws where the epoch left a weight NaN or infinite: no later step may come that would tell. */
async function checkWeights<T extends string, M extends TaskMetrics<T>>({ trainer, state }: Fit<T, M>): Promise<void> {
  const { net } = trainer.model;
  if (await allFinite(weightVariables(net))) return;
  const weight = await findNonFiniteWeight(net);
  if (weight === undefined) return;
  throw new RangeError(
    `fit: epoch ${state.epoch}: after its last update ${weight}. Go back to a checkpoint, with a smaller learning rate ` +
      'or clipNorm.',
  );
}

/** Trains on the rest of the epoch; false where it was cut short. */
async function trainBatches<T extends string, M extends TaskMetrics<T>>(fit: Fit<T, M>): Promise<boolean> {
  const { trainer, source, signal, terminateOnNaN, pause, state, run } = fit;
  let skip = state.batches;
  for await (const batch of source(state.epoch)) {
    if (skip-- > 0) continue;
    const result = await takeStep(fit, batch);
    countBatch(state, trainer.model.tasks, result);
    const { progress, loss, losses, balance } = result;
    const log = { step: state.batches, progress, loss, losses, ...(balance === undefined ? {} : { balance }) };
    await callEach(fit, (callback) => callback.onStepEnd?.(run, log));
    // Between the batches of one accumulated step there is no complete state to save.
    if (result.updated) {
      await reachSafePoint(fit, 'step');
      if (state.stopped !== null || signal?.aborted) return false;
    }
    await pause();
  }
  if (state.batches === 0) throw new RangeError(`fit: the source returned no batch in epoch ${state.epoch}.`);
  state.steps = state.batches;
  trainer.flush();
  if (terminateOnNaN) await checkWeights(fit);
  return !signal?.aborted;
}

/** One epoch from where the fit is, as far as it comes. */
export async function runEpoch<T extends string, M extends TaskMetrics<T>>(fit: Fit<T, M>): Promise<void> {
  const { trainer, weighting, validation, signal, state, run } = fit;
  const { tasks } = trainer.model;
  if (state.batches === 0) state.began = performance.now();
  await callEach(fit, (callback) => callback.onEpochBegin?.(run));
  if (!(await trainBatches(fit))) return;
  const scores = validation && (await trainer.evaluate(validation, { signal }));
  const log: EpochLog<T> = {
    epoch: state.epoch,
    seconds: secondsSoFar(state),
    learningRate: trainer.learningRate,
    train: trainScores(state, tasks),
    ...(scores === undefined ? {} : { validation: scores as TaskScores<T> }),
  };
  state.history.push(log);
  weighting.endEpoch?.(meanLosses(state.sums, tasks));
  await callEach(fit, (callback) => callback.onEpochEnd?.(run, log));
  beginNextEpoch(state);
  await reachSafePoint(fit, 'epoch');
}
