import { openSource } from '../internal/open-source';
import type { SourceLike, Weighting } from '../types';
import type { Callback, EpochLog, Run, TaskScores } from './callbacks/callback';
import { beginNextEpoch, countStep, type FitState, secondsSoFar, trainScores } from './fit-state';
import { meanLosses, type TaskMetrics } from './scores';
import type { FitTrainer, StepOptions, StepResult } from './types';
import { whichNotFinite } from './which-not-finite';

/** Whose hooks are called, and with what. */
export interface Hooks<T extends string> {
  readonly signal: AbortSignal | undefined;
  readonly callbacks: readonly Callback<T>[];
  readonly run: Run<T>;
  readonly trainer: Pick<FitTrainer<T, TaskMetrics<T>>, 'lend' | 'discard'>;
}

/** What an epoch is trained with. */
export interface Fit<T extends string, M extends TaskMetrics<T>> extends Hooks<T> {
  readonly trainer: FitTrainer<T, M>;
  readonly weighting: Weighting<T>;
  readonly source: SourceLike<T>;
  readonly validation: SourceLike<T> | undefined;
  /** After how many steps of the optimizer to validate within an epoch. */
  readonly validateEvery: number | undefined;
  readonly scoreTraining: SourceLike<T> | undefined;
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

/** Has the trainer make a step, unless its batches only wait, and tells the callbacks. Errors say where the fit was. */
async function takeStep<T extends string, M extends TaskMetrics<T>>(
  fit: Fit<T, M>,
  step: (options: StepOptions) => Promise<StepResult<T> | undefined>,
  batches: number,
): Promise<boolean> {
  const { trainer, terminateOnNaN, state, run } = fit;
  const { epoch } = state;
  const { learningRate } = trainer;
  let result: StepResult<T> | undefined;
  try {
    result = await step({ terminateOnNaN, epoch });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`fit: epoch ${epoch}, step ${batches}: ${message}`, { cause: error });
  }
  if (!result?.updated) return false;
  // Between the batches of one step there is no complete state to save, nor to continue from.
  state.batches = batches;
  countStep(state, trainer.model.tasks, result);
  const { progress, loss, losses, balance } = result;
  const log = { step: batches, progress, learningRate, loss, losses, ...(balance === undefined ? {} : { balance }) };
  await callEach(fit, (callback) => callback.onStepEnd?.(run, log));
  return true;
}

/** Throws where the epoch left a weight NaN or infinite: no later step may come that would tell. */
async function checkWeights<T extends string, M extends TaskMetrics<T>>({ trainer, state }: Fit<T, M>): Promise<void> {
  const { net } = trainer.model;
  const weight = await whichNotFinite(net);
  if (weight === undefined) return;
  throw new RangeError(
    `fit: epoch ${state.epoch}: after its last update ${weight}. Go back to a checkpoint, with a smaller learning rate ` +
      'or clipNorm.',
  );
}

/** Throws where no batch of the epoch held a label. */
function checkLabels<T extends string, M extends TaskMetrics<T>>({ trainer, state }: Fit<T, M>): void {
  if (Object.keys(state.sums).length > 0) return;
  throw new RangeError(
    `fit: none of the ${state.batches} batches of epoch ${state.epoch} holds a label of ${trainer.model.tasks.join(', ')}, so ` +
      'nothing was trained: give `y` a label of some task, with a weight above 0.',
  );
}

/** Tells the callbacks the scores of a validation. */
async function tellScores<T extends string, M extends TaskMetrics<T>>(
  fit: Fit<T, M>,
  validation: TaskScores<T>,
  endsEpoch: boolean,
): Promise<void> {
  const log = { progress: fit.trainer.progress(), validation, endsEpoch };
  await callEach(fit, (callback) => callback.onValidation?.(fit.run, log));
}

/**
 * Validates within the epoch where that is due; false where the fit is to end there. Called before a batch and not after a
 * step: whether that was the epoch's last, after which the epoch is validated anyway, shows only then.
 */
async function validateWithin<T extends string, M extends TaskMetrics<T>>(fit: Fit<T, M>): Promise<boolean> {
  const { trainer, validation, validateEvery = Number.POSITIVE_INFINITY, signal, state } = fit;
  if (validation === undefined || state.sinceValidation < validateEvery) return true;
  const scores = await trainer.evaluate(validation, { signal });
  state.sinceValidation = 0;
  await tellScores(fit, scores as TaskScores<T>, false);
  if (signal?.aborted) return false;
  if (state.stopped !== null) await reachSafePoint(fit, 'abort');
  return state.stopped === null;
}

/** Trains on the rest of the epoch; false where it was cut short. */
async function trainBatches<T extends string, M extends TaskMetrics<T>>(fit: Fit<T, M>): Promise<boolean> {
  const { trainer, source, signal, terminateOnNaN, pause, state } = fit;
  const skip = state.batches;
  let batches = 0;
  for await (const batch of openSource(source, state.epoch, 'fit')) {
    if (++batches <= skip) continue;
    if (!(await validateWithin(fit))) return false;
    if (await takeStep(fit, (options) => trainer.step(batch, options), batches)) {
      await reachSafePoint(fit, 'step');
      if (state.stopped !== null || signal?.aborted) return false;
    }
    await pause();
  }
  if (batches < skip) {
    throw new RangeError(
      `fit: resume was taken after ${skip} batches of epoch ${state.epoch}, and the source returned only ${batches}.`,
    );
  }
  if (batches === 0) throw new RangeError(`fit: the source returned no batch in epoch ${state.epoch}.`);
  await takeStep(fit, (options) => trainer.flush(options), batches);
  state.batches = batches;
  state.steps = batches;
  checkLabels(fit);
  if (terminateOnNaN) await checkWeights(fit);
  return !signal?.aborted;
}

/** One epoch from where the fit is, as far as it comes. */
export async function runEpoch<T extends string, M extends TaskMetrics<T>>(fit: Fit<T, M>): Promise<void> {
  const { trainer, weighting, validation, scoreTraining, signal, state, run } = fit;
  const { tasks } = trainer.model;
  if (state.batches === 0) state.began = performance.now();
  await callEach(fit, (callback) => callback.onEpochBegin?.(run));
  if (!(await trainBatches(fit))) return;
  const means = meanLosses(state.sums, tasks);
  const evaluate = async (scored: SourceLike<T> | undefined): Promise<TaskScores<T> | undefined> =>
    scored && ((await trainer.evaluate(scored, { signal })) as TaskScores<T>);
  const ofTraining = await evaluate(scoreTraining);
  const scores = await evaluate(validation);
  const regularization = await trainer.regularization();
  const log: EpochLog<T> = {
    epoch: state.epoch,
    seconds: secondsSoFar(state),
    learningRate: trainer.learningRate,
    ...(regularization === undefined ? {} : { regularization }),
    train: trainScores(state, tasks, await trainer.jointLoss(means), ofTraining),
    ...(scores === undefined ? {} : { validation: scores }),
  };
  state.history.push(log);
  weighting.endEpoch?.(means);
  if (scores !== undefined) await tellScores(fit, scores, true);
  await callEach(fit, (callback) => callback.onEpochEnd?.(run, log));
  beginNextEpoch(state);
  await reachSafePoint(fit, 'epoch');
}
