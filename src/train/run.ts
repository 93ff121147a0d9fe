import { frozenWeights } from '../internal/freeze';
import type { PlainData } from '../types';
import type { Callback, Run } from './callbacks/callback';
import { type FitState, secondsSoFar } from './fit-state';
import type { TaskMetrics } from './scores';
import type { Snapshot } from './snapshot';
import type { FitTrainer } from './types';

async function takeSnapshot<T extends string, M extends TaskMetrics<T>>(
  trainer: FitTrainer<T, M>,
  state: FitState<T>,
  callbacks: readonly Callback<T>[],
): Promise<Snapshot<T>> {
  const saved = callbacks.flatMap((callback) => (callback.save ? [[callback.name!, callback.save()] as const] : []));
  return {
    kind: 'tfjs-multitask run',
    version: 1,
    id: state.id,
    trainer: await trainer.save(),
    epoch: state.epoch,
    batch: state.batches,
    sinceValidation: state.sinceValidation,
    seconds: state.batches === 0 ? 0 : secondsSoFar(state),
    sums: state.sums,
    history: [...state.history],
    stopped: state.stopped,
    callbacks: Object.fromEntries(saved),
    frozen: { begin: state.frozen, now: frozenWeights(trainer.model.net) },
  };
}

/** What callbacks can see and do in a fit. */
export function createRun<T extends string, M extends TaskMetrics<T>>(
  trainer: FitTrainer<T, M>,
  state: FitState<T>,
  { epochs, resumed, callbacks }: Pick<Run<T>, 'epochs' | 'resumed'> & { readonly callbacks: readonly Callback<T>[] },
): Run<T> {
  const { tasks, outputs } = trainer.model;
  return {
    id: state.id,
    tasks,
    outputs,
    epochs,
    history: state.history,
    direction: trainer.direction,
    resumed,
    get epoch() {
      return state.epoch;
    },
    get progress() {
      return { ...trainer.progress(), epoch: state.epoch };
    },
    get steps() {
      return state.steps;
    },
    get learningRate() {
      return trainer.learningRate;
    },
    set learningRate(rate) {
      trainer.learningRate = rate;
    },
    get stopped() {
      return state.stopped ?? undefined;
    },
    stop(reason) {
      state.stopped ??= reason;
    },
    predict: (x) => trainer.predict(x),
    weights: () => trainer.weights(),
    setWeights: (weights) => trainer.setWeights(weights),
    // Results of metrics are plain data, which their types do not express.
    snapshot: async () => (await takeSnapshot(trainer, state, callbacks)) as unknown as PlainData,
  };
}
