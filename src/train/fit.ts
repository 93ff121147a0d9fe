import { checkInteger } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import { holdAll, orRestore } from '../internal/held';
import { checkSource, stepsOf } from '../internal/open-source';
import { eventLoopYielder } from '../internal/yield';
import type { SourceLike, Weighting } from '../types';
import type { Callback } from './callbacks/callback';
import { checkCallbacks } from './callbacks/check-callbacks';
import { type Hooks, reachSafePoint, runEpoch, untilAbort } from './epoch';
import { createFitState } from './fit-state';
import { checkFrozen, fitEnded, frozenBefore } from './frozen-in-run';
import { holdMemory } from './hold-memory';
import { createRun } from './run';
import type { Scores, TaskMetrics } from './scores';
import { readSnapshot, snapshotWeights } from './snapshot';
import type { FitOptions, FitTrainer, History } from './types';

/** Calls the hooks around `body`. Whatever happens, each callback that has begun ends; the first error is thrown. */
async function between<T extends string>(
  { callbacks, run, trainer: { lend, discard } }: Hooks<T>,
  body: () => Promise<void>,
): Promise<void> {
  const begun: Callback<T>[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for (const callback of callbacks) {
      await lend(() => callback.onFitBegin?.(run));
      begun.push(callback);
    }
    await body();
  } catch (error) {
    failure = { error };
  }
  discard();
  for (const callback of begun) {
    try {
      await lend(() => callback.onFitEnd?.(run));
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}

const OPTIONS = [
  'epochs',
  'validation',
  'validateEvery',
  'scoreTraining',
  'callbacks',
  'signal',
  'terminateOnNaN',
  'resume',
  'resumeStopped',
] as const;

/** Throws for an option that the source has, such as tfjs-layers' fit takes it. */
function checkOfBatches(options: object): void {
  const name = ['batchSize', 'shuffle', 'indices', 'seed'].find((each) => Object.keys(options ?? {}).includes(each));
  if (name === undefined) return;
  throw new RangeError(
    `fit: unknown option '${name}'. It belongs to the source: fit(batches(dataset, { ${name} }), …).`,
  );
}

/** Throws where a score is asked for that the fit could not give. */
function checkScoring<T extends string>(
  { hasMetrics }: Pick<FitTrainer<T, TaskMetrics<T>>, 'hasMetrics'>,
  { validation, validateEvery, scoreTraining }: FitOptions<T>,
): void {
  if (validateEvery !== undefined) {
    checkInteger(validateEvery, 1, 'fit: validateEvery');
    if (validation === undefined) throw new RangeError('fit: validateEvery needs `validation`, the source to score.');
  }
  if (validation !== undefined) checkSource(validation, 'fit: validation');
  if (scoreTraining === undefined) return;
  checkSource(scoreTraining, 'fit: scoreTraining');
  if (hasMetrics) return;
  throw new RangeError('fit: scoreTraining scores with metrics, and no task has one: give `createTrainer` metrics.');
}

/** The loop behind `trainer.fit`. */
export async function fitModel<T extends string, M extends TaskMetrics<T>>(
  trainer: FitTrainer<T, M>,
  weighting: Weighting<T>,
  source: SourceLike<T>,
  options: FitOptions<T>,
): Promise<History<T, Scores<T, M>>> {
  checkOfBatches(options);
  checkOptions(options, OPTIONS, 'fit');
  const { epochs, validation, validateEvery, scoreTraining, callbacks = [], signal, terminateOnNaN = true } = options;
  const { resume, resumeStopped = false } = options;
  checkInteger(epochs, 0, 'fit: epochs');
  checkScoring(trainer, options);
  checkCallbacks(callbacks, 'fit');
  const snapshot = readSnapshot(resume, trainer.model.tasks);
  const { net } = trainer.model;
  const frozen = frozenBefore(net);
  checkFrozen(snapshot?.frozen, net, frozen);
  const state = createFitState(snapshot, { steps: stepsOf(source), frozen });
  if (resumeStopped) state.stopped = null;
  const run = createRun(trainer, state, { epochs, resumed: snapshot !== undefined, callbacks });
  const pause = eventLoopYielder();
  const scored = { validation, validateEvery, scoreTraining };
  const fit = { trainer, weighting, source, ...scored, callbacks, signal, terminateOnNaN, pause, state, run };
  const aborted = (): boolean => signal?.aborted === true;

  if (snapshot !== undefined) {
    const weights = snapshotWeights(snapshot);
    orRestore(holdAll(callbacks.map(holdMemory)), () => {
      for (const callback of callbacks) {
        const { name = '', save } = callback;
        if (save !== undefined && Object.hasOwn(snapshot.callbacks, name))
          callback.load?.(snapshot.callbacks[name], weights);
      }
      trainer.load(snapshot.trainer);
    });
  }
  try {
    await between(fit, async () => {
      while (state.epoch < epochs && state.stopped === null && !aborted()) {
        await untilAbort(signal, () => runEpoch(fit));
        // Wherever in the epoch or after it the abort arrived.
        if (aborted() && state.epoch < epochs) await reachSafePoint(fit, 'abort');
      }
      trainer.finishAverage();
    });
  } finally {
    fitEnded(net, state.frozen);
  }
  const stopped = state.stopped ?? (aborted() && state.epoch < epochs ? 'aborted' : null);
  return {
    epochs: state.history as History<T, Scores<T, M>>['epochs'],
    ...(stopped === null ? {} : { stopped }),
  };
}
