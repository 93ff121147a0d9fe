import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyMetric } from 'tfjs-multitask';
import { checkpoint, csvLog, fileSystem, loadCheckpoint, writeJson, writePng } from 'tfjs-multitask/node';
import {
  type Callback,
  cosineDecay,
  createTrainer,
  earlyStopping,
  learningRate,
  reduceOnPlateau,
} from 'tfjs-multitask/train';
import { makeJoint, makeOptimizer, type Setup, type Task } from './setup';
import { EPOCHS, type OnMoment, tinyLosses, tinyModel, tinySources } from './tiny';

/** One sitting of a fit. */
export interface Sitting {
  readonly signal?: AbortSignal;
  readonly onMoment?: OnMoment;
  /** A callback after all others. */
  readonly last?: Callback<Task>;
}

function callbackOf(onMoment: OnMoment, where: string): Callback<Task> {
  return {
    onFitBegin: () => onMoment(`onFitBegin, ${where}`),
    onEpochBegin: () => onMoment(`onEpochBegin, ${where}`),
    onStepEnd: () => onMoment(`onStepEnd, ${where}`),
    onValidation: () => onMoment(`onValidation, ${where}`),
    onEpochEnd: () => onMoment(`onEpochEnd, ${where}`),
    onSafePoint: (_, at) => onMoment(`onSafePoint ${at}, ${where}`),
    onFitEnd: () => onMoment(`onFitEnd, ${where}`),
  };
}

function toldMetric(onMoment: OnMoment): AnyMetric<number> {
  return {
    init: () => 0,
    async update(state: number) {
      onMoment('a metric updated');
      return state + 1;
    },
    merge: (a: number, b: number) => a + b,
    compute(state: number) {
      onMoment('a metric computed');
      return state;
    },
  };
}

function callbacksOf({ every, keep, patience, schedule }: Setup, folder: string): Callback<Task>[] {
  const { epochs, steps } = every;
  const due = { ...(epochs > 0 ? { epochs } : {}), ...(steps > 0 ? { steps } : {}) };
  const monitor = 'validation.level.loss';
  return [
    ...(schedule === 'cosine' ? [learningRate<Task>(cosineDecay({ from: 0.05 }))] : []),
    ...(schedule === 'plateau' ? [reduceOnPlateau<Task>({ monitor, patience: 1, minDelta: 10 })] : []),
    ...(patience > 0 ? [earlyStopping<Task>({ monitor, patience, minDelta: 0.01 })] : []),
    csvLog<Task>(join(folder, 'log.csv')),
    checkpoint<Task>(join(folder, 'run'), { every: due, keep }),
  ];
}

/**
 * Trains the tiny model from where the folder's newest checkpoint is, and writes all that a run leaves beside it: the
 * model, the history, a log, an image. False where an abort ended the fit before.
 */
export async function fitTiny(
  setup: Setup,
  folder: string,
  { signal, onMoment = () => undefined, last }: Sitting = {},
): Promise<boolean> {
  const resume = (await loadCheckpoint(join(folder, 'run')))?.state;
  const model = tinyModel();
  const trainer = createTrainer(model, {
    optimizer: makeOptimizer(setup),
    losses: tinyLosses(onMoment),
    metrics: { level: { counted: toldMetric(onMoment) } },
    ...makeJoint(setup),
    accumulate: setup.accumulate,
    ...(setup.averageDecay === null ? {} : { averageDecay: setup.averageDecay }),
  });
  try {
    const [source, validation] = tinySources(setup, onMoment);
    const callbacks = [
      callbackOf(onMoment, 'first'),
      ...callbacksOf(setup, folder),
      callbackOf(onMoment, 'last'),
      ...(last === undefined ? [] : [last]),
    ];
    const scored = { validation, validateEvery: 2, scoreTraining: validation };
    const history = await trainer.fit(source, { epochs: EPOCHS, ...scored, callbacks, signal, resume });
    if (history.stopped === 'aborted') return false;
    await model.net.save(fileSystem(join(folder, 'model')));
    await writeJson(join(folder, 'history.json'), history);
    const losses = Uint8Array.from(history.epochs, ({ train }) => Math.min(255, 100 * train.loss));
    await writePng(join(folder, 'losses.png'), { data: losses, shape: [1, losses.length, 1] });
    return true;
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** What a whole run left, as text, without the seconds that it took. */
export async function readOutcome(folder: string): Promise<string> {
  const { weightsManifest } = JSON.parse(await readFile(join(folder, 'model', 'model.json'), 'utf8'));
  const history = JSON.parse(await readFile(join(folder, 'history.json'), 'utf8'), (key, value) =>
    key === 'seconds' ? undefined : value,
  );
  const log = (await readFile(join(folder, 'log.csv'), 'utf8'))
    .split('\n')
    .map((line) => line.split(',').toSpliced(1, 1));
  const image = await readFile(join(folder, 'losses.png'));
  // The name of the file of weights is a digest of them.
  return JSON.stringify({ weights: weightsManifest[0].paths, history, log, image: image.toString('base64') }, null, 1);
}
