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
  /** The epoch to train, from 0, and how many of its batches have been used. */
  epoch: number;
  batches: number;
  /** The epoch's losses so far; the joint one beside those of the tasks. */
  sums: LossSums;
  /** When the epoch would have begun, had there been no pause in it. */
  began: number;
  /** Batches per epoch, once known. */
  steps: number | undefined;
  /** Why the fit is to end, once it is. */
  stopped: string | null;
}

/** Stands for the joint loss in the sums; no task may have this name. */
const TOTAL = 'loss';

/** The state at the start of a fit, or where the snapshot was taken. */
export function createFitState<T extends string>(
  snapshot: Snapshot<T> | undefined,
  steps: number | undefined,
): FitState<T> {
  return {
    id: snapshot?.id ?? newRunId(),
    history: [...(snapshot?.history ?? [])],
    epoch: snapshot?.epoch ?? 0,
    batches: snapshot?.batch ?? 0,
    sums: snapshot?.sums ?? {},
    began: performance.now() - 1000 * (snapshot?.seconds ?? 0),
    steps,
    stopped: snapshot?.stopped ?? null,
  };
}

export function secondsSoFar({ began }: FitState<string>): number {
  return (performance.now() - began) / 1000;
}

/** Counts a batch, and its losses. */
export function countBatch<T extends string>(
  state: FitState<T>,
  tasks: readonly T[],
  { loss, losses, amounts }: StepResult<T>,
): void {
  state.batches++;
  for (const task of tasks) {
    const ofTask = losses[task];
    if (ofTask !== undefined) state.sums = addLoss(state.sums, task, ofTask, amounts[task]!);
  }
  if (!Number.isNaN(loss)) state.sums = addLoss(state.sums, TOTAL, loss, 1);
}

/** The means of the epoch so far. */
export function trainScores<T extends string>({ sums }: FitState<T>, tasks: readonly T[]): TaskScores<T> {
  return { ...mapTasks(tasks, (task) => ({ loss: meanLoss(sums, task) })), loss: meanLoss(sums, TOTAL) };
}

export function beginNextEpoch<T extends string>(state: FitState<T>): void {
  state.epoch++;
  state.batches = 0;
  state.sums = {};
}
