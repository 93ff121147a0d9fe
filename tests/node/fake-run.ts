import type { EpochLog, Run } from '../../src/train/callbacks/callback';

export type Task = 'lesion' | 'severity';

/** A run that only shows what it is given. */
export function fakeRun(parts: Partial<Run<Task>> = {}): Run<Task> {
  return {
    id: 'run',
    tasks: ['lesion', 'severity'],
    outputs: { lesion: { kind: 'probability', width: 1 }, severity: { kind: 'value', width: 1 } },
    epochs: 3,
    epoch: 0,
    steps: 4,
    resumed: false,
    history: [],
    direction: () => 'min',
    progress: { step: 0, epoch: 0, training: false },
    predict: async () => {
      throw new Error('there is no model.');
    },
    learningRate: 1e-3,
    stopped: undefined,
    stop: () => undefined,
    weights: async () => [],
    setWeights: () => undefined,
    snapshot: async () => null,
    ...parts,
  };
}

export function epochLog(epoch: number, parts: Partial<EpochLog<Task>> = {}): EpochLog<Task> {
  return {
    epoch,
    seconds: 12,
    learningRate: 1e-3,
    train: { loss: 0.75, lesion: { loss: 0.5 }, severity: { loss: 0.25 } },
    ...parts,
  };
}
