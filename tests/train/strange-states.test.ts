import { train } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { random } from '../../src/internal/random';
import {
  type Callback,
  createTrainer,
  diagnostics,
  dynamicWeightAverage,
  earlyStopping,
  famo,
  gradNorm,
  gradVac,
  learningRate,
  reduceOnPlateau,
  type TrainerOptions,
  uncertainty,
} from '../../src/train/index';
import type { PlainData, Source } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { mutate, UNHELPFUL } from '../support/mutate';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

// A checkpoint can be a stranger's: what is loaded is what it says, or it is refused in words and nothing has changed.

useCpu();

type Options = Partial<TrainerOptions<TinyTask, never>> & Pick<TrainerOptions<TinyTask, never>, 'optimizer'>;
type Json = { [key: string]: Json } & Json[] & PlainData;

const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const part of made.splice(0)) part.dispose();
});

const source: Source<TinyTask> = function* (epoch) {
  for (let i = 0; i < 3; i++) {
    const x = Math.sin(1 + 3 * epoch + i);
    const batch = tinyBatch(
      [
        [x, 1],
        [0.5, -x],
      ],
      { a: [0.1, x], b: [x, 0] },
    );
    yield batch;
    disposeBatch(batch);
  }
};

/** A trainer with callbacks, and a snapshot of their fit in the middle of its second epoch. */
async function make(options: Options) {
  const model = tinyModel();
  const trainer = createTrainer(model, { losses: { a: squares, b: squares }, ...options });
  made.push(trainer, model);
  const callbacks: Callback<TinyTask>[] = [
    earlyStopping({ monitor: 'train.loss' }),
    reduceOnPlateau({ monitor: 'train.a.loss' }),
    learningRate(() => 0.01),
    diagnostics(),
  ];
  const snapshots: PlainData[] = [];
  const recorder: Callback<TinyTask> = {
    onSafePoint: async (run) => void snapshots.push(structuredClone(await run.snapshot())),
  };
  await trainer.fit(source, { epochs: 2, validation: source, callbacks: [...callbacks, recorder] });
  const everything = async () => structuredClone([await trainer.save(), ...callbacks.map(({ save }) => save?.())]);
  /** What the fit is once it has resumed, before it trains. */
  const resume = async (snapshot: unknown): Promise<Json> => {
    let found: PlainData = null;
    const looker: Callback<TinyTask> = {
      onFitBegin: async (run) => {
        found = structuredClone(await run.snapshot());
      },
    };
    await trainer.fit(source, { epochs: 0, callbacks: [...callbacks, looker], resume: snapshot as PlainData });
    return found as unknown as Json;
  };
  return { trainer, callbacks, snapshot: snapshots[5] as Json, everything, resume };
}

const SETTINGS: Record<string, () => Options> = {
  'adam, an average, famo': () => ({ optimizer: train.adam(0.01), weighting: famo(), averageDecay: 0.9 }),
  'momentum, gradNorm': () => ({ optimizer: train.momentum(0.01, 0.9), aggregator: gradNorm() }),
  'rmsprop, uncertainty': () => ({
    optimizer: train.rmsprop(0.01),
    weighting: uncertainty<TinyTask>({ a: 'regression', b: 'regression' }),
  }),
  'centred rmsprop, gradVac': () => ({ optimizer: train.rmsprop(0.01, 0.9, 0, 1e-7, true), aggregator: gradVac() }),
  'adagrad, dynamicWeightAverage': () => ({ optimizer: train.adagrad(0.01), weighting: dynamicWeightAverage() }),
};

const at = (data: Json, path: string): unknown =>
  path.split('/').reduce((part: Json | undefined, key) => part?.[key], data);
const kindOf = (value: unknown): string => Object.prototype.toString.call(value);
/** Why a fit stopped, what is best so far, and what earlier versions, a fit without validation or other callbacks did not write. */
const CAN_BE =
  /^(stopped|frozen|trainer\/(weightingName|averageDecay|learningRates)|history\/0(\/validation)?|callbacks\/[^/]+(\/(best|weights))?)$/;
/** Records by task, which lack a task that no batch had, and what only some trainers can tell. */
const CAN_LACK =
  /^(sums|trainer\/weighting|trainer\/aggregator\/memory(\/\w)?|callbacks\/diagnostics\/\d+\/(losses|weights|norms))\/\w(\/\d)?$|diagnostics\/\d+(\/(weights|norms|cosines(\/\d+)?))?$/;

describe.each(Object.entries(SETTINGS))('A snapshot with %s', (_, options) => {
  it('restores what it says', async () => {
    const { snapshot, resume } = await make(options());
    expect(snapshot).toMatchObject({ epoch: 1, batch: 2, history: [{ epoch: 0 }] });
    expect(await resume(snapshot)).toEqual({ ...(snapshot as object), seconds: expect.any(Number) });
  });

  it('and one fault is refused in words and changes nothing, or restores what it says', async () => {
    const { trainer, snapshot, everything, resume } = await make(options());
    await trainer.fit(source, { epochs: 1 });
    let refused = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { value, path, fault } = mutate(snapshot, random(seed, 'fault'));
      const told = `${seed}: ${fault} at ${path}`;
      const before = await everything();
      const result = await resume(value).catch((error: Error) => error);
      if (result instanceof Error) {
        refused++;
        expect(result.message, told).not.toMatch(UNHELPFUL);
        expect(result.message, told).toMatch(/^\w+: .+\.$/s);
        expect(await everything(), told).toEqual(before);
        continue;
      }
      const asked = value as Json;
      const [there, here] = [snapshot, asked].map((data) => kindOf(at(data, path)));
      if (!CAN_BE.test(path) && !(fault === 'gone' && CAN_LACK.test(path))) expect(here, told).toBe(there);
      // How long an epoch took goes on from when the fit began.
      asked.seconds = expect.any(Number) as never;
      // Earlier versions did not write these; a callback without a state has the one that it had.
      if (path === 'frozen' && fault === 'gone') asked.frozen = snapshot.frozen;
      for (const optional of ['weightingName', 'averageDecay', 'learningRates']) {
        if (path === `trainer/${optional}` && fault === 'gone') asked.trainer[optional] = snapshot.trainer[optional];
      }
      if (/^callbacks\/[^/]+$/.test(path) && fault === 'gone') {
        const name = path.split('/')[1];
        asked.callbacks[name] = result.callbacks[name];
      }
      expect(result, told).toEqual(asked);
    }
    // A number in the place of another is a state like any other.
    expect(refused).toBeGreaterThan(200);
  });
});

describe('A snapshot of a stranger', () => {
  const change = (snapshot: Json, path: string, value: unknown): Json => {
    const copy = structuredClone(snapshot) as Json;
    const keys = path.split('/');
    const last = keys.pop()!;
    const holder = keys.reduce((part, key) => part[key], copy);
    if (value === undefined) delete holder[last];
    else holder[last] = value as Json;
    return copy;
  };
  const early = 'callbacks/earlyStopping train.loss';

  it.each<[string, unknown, string]>([
    ['epoch', -1, 'fit: resume.epoch: expected an integer of at least 0, found -1.'],
    ['epoch', 7, 'fit: resume.history: expected the 7 epochs before resume.epoch, found 1.'],
    ['batch', '2', "fit: resume.batch: expected a number, found '2'."],
    ['batch', 1e300, 'fit: resume.batch: expected an integer of at least 0, found 1e+300.'],
    ['id', 5, 'fit: resume.id: expected a string, found 5.'],
    [
      'sums',
      JSON.parse('{"__proto__":{"sum":1,"amount":1}}'),
      "fit: resume.sums: expected no key '__proto__', which every object has.",
    ],
    ['sums/a', { sum: 1 }, 'fit: resume.sums.a.amount: expected a number, found nothing.'],
    ['history/0/epoch', 3, 'fit: resume.history[0].epoch: expected 0, found 3.'],
    ['history/0/train/b', undefined, 'fit: resume.history[0].train.b: expected an object, found nothing.'],
    ['callbacks', null, 'fit: resume.callbacks: expected an object, found null.'],
    [`${early}/best`, Number.NaN, 'earlyStopping: state.best: expected a number, found NaN.'],
    [
      `${early}/weights`,
      [],
      'earlyStopping: state.weights: expected the best weights of this model, found those of another.',
    ],
    ['callbacks/learningRate', 3, 'learningRate: state: expected an object, found 3.'],
    ['callbacks/diagnostics/0/losses', [1], 'diagnostics: state[0].losses: expected an object, found an array of 1.'],
    ['trainer', null, 'fit: resume.trainer: expected an object, found null.'],
    ['trainer/tasks', ['a', 'c'], 'resume: the checkpoint is of a model with the tasks a, c, this one has a, b.'],
    ['trainer/steps', 0.5, 'resume: trainer.steps: expected an integer of at least 0, found 0.5.'],
    ['trainer/weights/0/shape', [4], 'resume: the checkpoint is of another model: weight 0 is shared/kernel [4] there'],
    [
      'trainer/weights/1/data',
      Float32Array.of(1, Infinity),
      'resume: the weight a/kernel holds Infinity, so nothing was loaded.',
    ],
    ['trainer/optimizer', null, 'resume: trainer.optimizer: expected an object, found null.'],
    [
      'trainer/optimizer/iterations',
      0,
      "resume: the optimizer's accumulatedFirstMoment is of 3 variables after 0 steps, not of 0.",
    ],
    [
      'trainer/optimizer/state',
      {},
      "resume: the optimizer's accumulatedFirstMoment is not in the checkpoint, and this Adam keeps it.",
    ],
    [
      'trainer/optimizer/state/accumulatedSecondMoment',
      [],
      "resume: the optimizer's accumulatedSecondMoment is of 0 variables after 5 steps, not of 3.",
    ],
    [
      'trainer/optimizer/state/constructor',
      [],
      "resume: trainer.optimizer.state: expected no key 'constructor', which every object has.",
    ],
    [
      'trainer/optimizer/state/accBeta1/data',
      new Float32Array(2),
      "resume: the optimizer's accBeta1 has the shape [] and 2 numbers in the checkpoint, [] here.",
    ],
    ['trainer/weighting', null, 'famo: state: expected an object, found null.'],
    ['trainer/weighting/a/steps', -1, 'famo: state.a.steps: expected an integer of at least 0, found -1.'],
    ['trainer/average', null, 'resume: the checkpoint was written with no average, the trainer has one.'],
    [
      'trainer/average/0',
      new Float32Array(1),
      'resume: the checkpoint has 1 numbers for averaged weight 0, the trainer 4.',
    ],
  ])('is refused where %s is %o', async (path, value, message) => {
    const { snapshot, everything, resume } = await make(SETTINGS['adam, an average, famo']());
    const bad = change(snapshot, path, value);
    await resume(snapshot);
    const before = await everything();
    await expectNoLeak(() => expect(resume(bad)).rejects.toThrow(message));
    expect(await everything()).toEqual(before);
  });

  it('is refused where nothing can have such a memory', async () => {
    const { snapshot, resume } = await make({ optimizer: train.sgd(0.01) });
    await expect(resume(change(snapshot, 'trainer/weighting', { a: 1 }))).rejects.toThrow(
      'resume: the checkpoint was written with a memory of its weighting, the trainer has one without.',
    );
  });

  it('is refused where the source has fewer batches than it used', async () => {
    const { trainer, snapshot } = await make({ optimizer: train.sgd(0.01) });
    await expect(trainer.fit(source, { epochs: 2, resume: change(snapshot, 'batch', 7) })).rejects.toThrow(
      'fit: resume was taken after 7 batches of epoch 1, and the source returned only 3.',
    );
  });
});

it('A snapshot from the hook that ends an epoch ends it again, and once', async () => {
  const { trainer } = await make({ optimizer: train.sgd(0.01) });
  let snapshot: PlainData = null;
  const looker: Callback<TinyTask> = {
    async onEpochEnd(run, { epoch }) {
      if (epoch === 1) snapshot = structuredClone(await run.snapshot());
    },
  };
  const whole = await trainer.fit(source, { epochs: 3, callbacks: [looker] });
  const again = await trainer.fit(source, { epochs: 3, resume: snapshot });
  const timeless = (epochs: readonly object[]) => epochs.map((log) => ({ ...log, seconds: 0 }));
  expect(timeless(again.epochs)).toEqual(timeless(whole.epochs));
});
