export type { Callback, EpochLog, Run, StepLog, TaskScores } from './callback';
export { type EarlyStoppingOptions, earlyStopping } from './early-stopping';
export type { FitOptions, History } from './fit';
export { fixedWeights } from './fixed-weights';
export { cosineDecay, learningRate, polynomialDecay, type Schedule, type SchedulePoint, warmUp } from './learning-rate';
export type { Mode, Monitor } from './monitor';
export { type ReduceOnPlateauOptions, reduceOnPlateau } from './reduce-on-plateau';
export type { Scores, TaskMetrics } from './scores';
export { createTrainer, type StepResult, type Trainer, type TrainerOptions } from './trainer';
