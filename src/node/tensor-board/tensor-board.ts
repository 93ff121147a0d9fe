import { checkInteger } from '../../internal/check';
import { checkWeighting } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { checkSource } from '../../internal/open-source';
import { fields, integer } from '../../internal/readers';
import type { Callback, Run, TaskScores } from '../../train/callbacks/callback';
import { describeStep, type StepDiagnostics } from '../../train/callbacks/step-diagnostics';
import type { AnyTask, SourceLike, Weighting } from '../../types';
import { checkPath } from '../check-path';
import { flatScores } from '../flat-scores';
import { loadSharp } from '../load-sharp';
import { createEventFiles, type EventFiles } from './event-files';
import { drawSheets } from './sheets';

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions<T extends string> {
  /** Of the numbers of single steps those of every so many steps are written. Default: 1, of each step. */
  readonly everySteps?: number | undefined;
  /** The trainer's weighting, to show its weights. Default: none, only the weights of an aggregator are shown. */
  readonly weighting?: Weighting<T> | undefined;
  /** Whose first samples are shown as images, such as batches of the validation set. Needs the package sharp. Default: none. */
  readonly images?: SourceLike<T> | undefined;
  /** How many samples of `images` are shown. Default: 8. */
  readonly samples?: number | undefined;
  /** After how many epochs `images` are drawn anew. Default: 10. */
  readonly everyEpochs?: number | undefined;
}

type Scalar = readonly [tag: string, value: number];

const readState = fields({ shown: integer(-1) });

/** Tags of scores: a task's stand in a group of their own. */
const scoreTags = (scores: TaskScores<string>): Scalar[] =>
  flatScores(scores).flatMap(([name, value]) => (typeof value === 'number' ? [[name.replace('.', '/'), value]] : []));

const grouped = (group: string, values: Readonly<Record<string, number | undefined>> = {}): Scalar[] =>
  Object.entries(values).flatMap(([task, value]) => (value === undefined ? [] : [[`${group}/${task}`, value]]));

const stepTags = (
  { losses, weights, norms, cosines = [] }: StepDiagnostics<string>,
  loss: number,
  learningRate: number,
): Scalar[] => [
  ['steps/loss', loss],
  ...grouped('steps', losses),
  ['learning_rate', learningRate],
  ...grouped('task_weights', weights),
  ...grouped('gradient_norms', norms),
  ...cosines.map(({ tasks, value }): Scalar => [`gradient_cosines/${tasks.join('-')}`, value]),
];

/**
 * A callback that writes what [TensorBoard](https://www.tensorflow.org/tensorboard) shows while the fit runs.
 *
 * For runs in folders of `runs` that is `tensorboard --logdir runs`; other trackers read these files, too.
 *
 * The step of all of them is the optimizer's, counted over all epochs. They lie in folders of the directory, of which
 * TensorBoard draws equal tags in one chart:
 *
 * - `train` and `validation`, after each epoch, and each validation within one: `loss`, `<task>/loss`, `<task>/<metric>`; of a
 *   metric of several numbers `lesion/dice` for its `value`, `lesion/dice.skipped`, `lesion/iou.0`. In `train` also `epoch`,
 *   `seconds` and `regularization` (where layers have penalties).
 * - `steps`, after each step: `steps/loss`, `steps/<task>` and `learning_rate`; `task_weights/<task>` of a `weighting` or an
 *   aggregator, and with an aggregator `gradient_norms/<task>` and `gradient_cosines/<task>-<task>`, as `diagnostics` records
 *   them.
 * - `images`, before the first epoch, after every `everyEpochs` and the last one: `<task>/samples`, a row for each sample with
 *   the input, the label, the prediction, and how certain that is. Regions are filled; on the prediction the label is outlined
 *   in cyan. An output of plain values has the absolute difference from the label in place of the certainty. Stripes: the
 *   label is not known.
 *
 * What happened is in the files when the next step begins, so that a run that is killed loses none. A fit that resumes
 * writes a new file beside the others, and TensorBoard leaves out what was written after the snapshot; so does one that
 * begins anew in a folder with all that is there.
 *
 * @throws {Error} with the path, during the fit, if it cannot be written; where `images` are asked for and there is no sharp.
 * @throws {RangeError} for an empty path, an option out of its range, and images when the fit begins where inputs or all outputs are none.
 * @throws {TypeError} for a path that is not a text, and an option of another kind.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { tensorBoard } from 'tfjs-multitask/node';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
 * const trainer = createTrainer(model, { optimizer: train.adam(1e-4), losses });
 * const source = batches(phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 }));
 * await trainer.fit(source, { epochs: 2, callbacks: [tensorBoard('runs/paper', { images: source })] });
 * ```
 */
export function tensorBoard<T extends string = AnyTask>(
  directory: string,
  options: TensorBoardOptions<NoInfer<T>> = {},
): Callback<T> {
  checkOptions(options, ['everySteps', 'weighting', 'images', 'samples', 'everyEpochs'], 'tensorBoard');
  checkPath(directory, 'tensorBoard: directory');
  const { everySteps = 1, weighting, images, samples = 8, everyEpochs = 10 } = options;
  checkInteger(everySteps, 1, 'tensorBoard: everySteps');
  if (weighting !== undefined) checkWeighting(weighting, 'tensorBoard: weighting');
  if (images !== undefined) checkSource(images, 'tensorBoard: images');
  checkInteger(samples, 1, 'tensorBoard: samples');
  checkInteger(everyEpochs, 1, 'tensorBoard: everyEpochs');

  let files: EventFiles | undefined;
  /** The step of the last scores that were written, after so many steps. */
  let shown = -1;

  const append = (folder: string, step: number, scalars: readonly Scalar[]): Promise<void> | undefined =>
    files?.append(folder, step, { scalars });
  const draw = async (run: Run<T>): Promise<void> => {
    if (images === undefined) return;
    const sheets = await drawSheets(run, images, samples);
    const tagged = sheets.map(([task, sheet]) => [`${task}/samples`, sheet] as const);
    await files?.append('images', run.progress.step, { images: tagged });
  };

  return {
    name: 'tensorBoard',
    async onFitBegin(run) {
      if (!run.resumed) shown = -1;
      if (images !== undefined) await loadSharp();
      const { step } = run.progress;
      // A step counts those before it, and scores those so far: of this number there may be some that stay.
      const scores = shown === step ? step + 1 : step;
      files = createEventFiles(directory, (folder) => (folder === 'steps' ? step : scores));
      try {
        await files.begin('steps');
        if (step === 0) await draw(run);
      } catch (error) {
        await files.close().catch(() => undefined);
        throw error;
      }
    },
    async onStepEnd(run, log) {
      const { progress = { ...run.progress, step: run.progress.step - 1 }, learningRate = run.learningRate } = log;
      if (progress.step % everySteps !== 0) return;
      const record = await describeStep({ ...log, progress }, run.epoch, weighting);
      await append('steps', progress.step, stepTags(record, log.loss, learningRate));
    },
    async onValidation(_run, { progress, validation }) {
      await append('validation', progress.step, scoreTags(validation));
      shown = progress.step;
    },
    async onEpochEnd(run, { epoch, seconds, regularization, train }) {
      const { step } = run.progress;
      const penalty: Scalar[] = regularization === undefined ? [] : [['regularization', regularization]];
      await append('train', step, [...scoreTags(train), ...penalty, ['epoch', epoch], ['seconds', seconds]]);
      shown = step;
      if ((epoch + 1) % everyEpochs === 0 || epoch + 1 === run.epochs || run.stopped !== undefined) await draw(run);
    },
    async onFitEnd() {
      await files?.close();
      files = undefined;
    },
    save: () => ({ shown }),
    load(state) {
      ({ shown } = readState(state, 'tensorBoard: state'));
    },
  };
}
