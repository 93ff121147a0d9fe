/**
 * `createTrainer`, its callbacks, and what balances tasks: weightings of losses, aggregators of gradients.
 *
 * @module tfjs-multitask/train
 */

export { type AlignedMtlOptions, alignedMtl } from './aggregators/aligned-mtl';
export { type CaGradOptions, caGrad } from './aggregators/ca-grad';
export { conflictFreeGradient } from './aggregators/conflict-free-gradient';
export type { DualConeOptions } from './aggregators/dual-cone';
export { dualProj } from './aggregators/dual-proj';
export { type FairGradOptions, fairGrad } from './aggregators/fair-grad';
export { type GradDropOptions, gradDrop } from './aggregators/grad-drop';
export { type GradNormOptions, gradNorm } from './aggregators/grad-norm';
export { type GradVacOptions, gradVac } from './aggregators/grad-vac';
export { imtlG } from './aggregators/imtl-g';
export { meanGradient } from './aggregators/mean-gradient';
export { mgda } from './aggregators/mgda';
export { type NashMtlOptions, nashMtl } from './aggregators/nash-mtl';
export type { SeededOptions } from './aggregators/orders';
export { pcGrad } from './aggregators/pc-grad';
export type { PreferenceOptions } from './aggregators/preference';
export { sumGradient } from './aggregators/sum-gradient';
export { upGrad } from './aggregators/up-grad';
export { alternate } from './alternate';
export type { Balance, Callback, EpochLog, Run, StepLog, TaskScores, ValidationLog } from './callbacks/callback';
export {
  type Conflict,
  conflicts,
  type Diagnostics,
  type DiagnosticsOptions,
  diagnostics,
} from './callbacks/diagnostics';
export { type EarlyStoppingOptions, earlyStopping } from './callbacks/early-stopping';
export {
  type CosineDecayOptions,
  cosineDecay,
  learningRate,
  type PolynomialDecayOptions,
  polynomialDecay,
  type Schedule,
  type SchedulePoint,
  warmUp,
} from './callbacks/learning-rate';
export type { Mode, Monitor, MonitorOptions } from './callbacks/monitor';
export { type ReduceOnPlateauOptions, reduceOnPlateau } from './callbacks/reduce-on-plateau';
export type { Cosine, StepDiagnostics } from './callbacks/step-diagnostics';
export { taskWeights } from './callbacks/task-weights';
export { type UnfreezeAtOptions, unfreezeAt } from './callbacks/unfreeze-at';
export type { Scores, TaskMetrics } from './scores';
export { createTrainer } from './trainer';
export type {
  EvaluateOptions,
  FitOptions,
  History,
  StepOptions,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainScores,
} from './types';
export { type DynamicWeightAverageOptions, dynamicWeightAverage } from './weightings/dynamic-weight-average';
export { equalWeights } from './weightings/equal-weights';
export { type FamoOptions, famo } from './weightings/famo';
export { fixedWeights } from './weightings/fixed-weights';
export { geometricLoss } from './weightings/geometric-loss';
export { imtlL } from './weightings/imtl-l';
export { type RandomLossWeightingOptions, randomLossWeighting } from './weightings/random-loss-weighting';
export { scheduledWeights } from './weightings/scheduled-weights';
export { type SmoothTchebycheffOptions, smoothTchebycheff } from './weightings/smooth-tchebycheff';
export { type TaskKind, uncertainty } from './weightings/uncertainty';
