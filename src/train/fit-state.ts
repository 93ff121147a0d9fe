import { mapTasks } from '../internal/map-tasks';
import type { EpochLog, TaskScores } from './callbacks/callback';
import { addLoss, type LossSums, meanLoss } from './scores';
import { newRunId, type Snapshot } from './snapshot';
import type { StepResult } from './types';

/** Where a fit is: all that its snapshot holds besides the states of the trainer and the callbacks. */
export interface FitState<T extends string> {
  /** The id of the run that the fit is part of. */
  readonly id: string;
  readonly history: EpochLog<T>[];
  /** The names of the weights that were frozen when the run began, before any callback. */
  readonly frozen: readonly string[];
  /** The epoch to train, from 0, and how many of its batches have been used. */
  epoch: number;
  batches: number;
  /** How many steps of the optimizer the epoch made since it was last validated. */
  sinceValidation: number;
  /** The tasks' losses in the epoch so far. */
  sums: LossSums;
  /** When the epoch would have begun, had there been no pause in it. */
  began: number;
  /** Batches per epoch, once known. */
  steps: number | undefined;
  /** Why the fit is to end, once it is. */
  stopped: string | null;
}

/** The state at the start of a fit, or where the snapshot was taken. */
export function createFitState<T extends string>(
  snapshot: Snapshot<T> | undefined,
  { steps, frozen }: { readonly steps: number | undefined; readonly frozen: readonly string[] },
): FitState<T> {
  return {
    id: snapshot?.id ?? newRunId(),
    // A snapshot from a hook that ends an epoch holds that epoch already, which is ended again.
    history: snapshot?.history.slice(0, snapshot.epoch) ?? [],
    frozen: snapshot?.frozen?.begin ?? frozen,
    epoch: snapshot?.epoch ?? 0,
    batches: snapshot?.batch ?? 0,
    sinceValidation: snapshot?.sinceValidation ?? 0,
    sums: snapshot?.sums ?? {},
    began: performance.now() - 1000 * (snapshot?.seconds ?? 0),
    steps,
    stopped: snapshot?.stopped ?? null,
  };
}

export function secondsSoFar({ began }: FitState<string>): number {
  return (performance.now() - began) / 1000;
}

/** Counts a step and its losses. */
export function countStep<T extends string>(
  state: FitState<T>,
  tasks: readonly T[],
  { losses, amounts }: StepResult<T>,
): void {
  state.sinceValidation++;
  for (const task of tasks) {
    const ofTask = losses[task];
    if (ofTask !== undefined) state.sums = addLoss(state.sums, task, ofTask, amounts[task]!);
  }
}

/** The mean losses of the epoch so far and the joint loss of these, with the metrics among `scores` beside them. */
export function trainScores<T extends string>(
  { sums }: FitState<T>,
  tasks: readonly T[],
  loss: number,
  scores: TaskScores<T> | undefined,
): TaskScores<T> {
  return { ...mapTasks(tasks, (task) => ({ ...scores?.[task], loss: meanLoss(sums, task) })), loss };
}

export function beginNextEpoch<T extends string>(state: FitState<T>): void {
  state.epoch++;
  state.batches = 0;
  state.sinceValidation = 0;
  state.sums = {};
}
