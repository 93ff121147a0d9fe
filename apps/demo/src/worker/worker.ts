// All that computes, in a worker: the page answers while a model trains.
import { io } from '@tensorflow/tfjs-core';
import { loadMultitask } from 'tfjs-multitask/models';
import type { About, Answer, CallName, Calls, Event, Question } from '../messages';
import { type Model, newModel, SIZE, trainOnPhantoms } from '../recipe';
import { chooseBackend } from './choose-backend';
import { explain } from './explain';
import { keepModel } from './keep-model';
import { readDrawn, readPicture, type Slice } from './read-slice';
import { saveModel } from './save-model';

/** The folder of the model that was trained when the page was built. */
let built: URL;
let model: Model;
let about: About;
let slice: Slice | undefined;
let training: AbortController | undefined;

const tell = (event: Event): void => postMessage(event);

function refuseWhileTraining(what: string): void {
  if (training) throw new Error(`Stop the training first: ${what} waits for it.`);
}

function take(next: Model, from: Omit<About, 'parameters'>): About {
  const last = model as Model | undefined;
  model = next;
  last?.dispose();
  about = { ...from, parameters: next.net.countParams() };
  return about;
}

/** The built model, or an untrained one where a page was built without. */
async function loadBuilt(): Promise<About> {
  const response = await fetch(new URL('about.json', built));
  if (!response.ok) return take(newModel(1), { origin: 'random', steps: 0 });
  const { steps, scores } = (await response.json()) as Pick<About, 'steps' | 'scores'>;
  const loaded = await loadMultitask(new URL('model.json', built).href, [
    'reconstruction',
    'segmentation',
    'classification',
  ]);
  return take(loaded, { origin: 'built', steps, scores });
}

/** Backends compile what they run at its first use, which is no time of a prediction. */
const warmUp = () => explain(model, { input: { data: new Float32Array(SIZE * SIZE), shape: [SIZE, SIZE, 1] } });

async function show(next: Slice) {
  slice = next;
  const { picture, drawn } = next;
  return { picture, drawn, outcome: await explain(model, next) };
}

const calls: {
  readonly [K in CallName]: (argument: Parameters<Calls[K]>[0]) => ReturnType<Calls[K]> | Promise<ReturnType<Calls[K]>>;
} = {
  async start({ base }) {
    built = new URL('model/', base);
    const notices: string[] = [];
    const device = await chooseBackend(undefined, (notice) => notices.push(notice));
    await loadBuilt();
    await warmUp();
    return { device, about, notices };
  },

  /** Its tensors belong to a backend: the model goes over as what is saved of it. */
  async useBackend(name) {
    refuseWhileTraining('another backend');
    const kept = await keepModel(model);
    const device = await chooseBackend(name, () => {});
    take(await loadMultitask(io.fromMemory(kept), model.tasks), about);
    await warmUp();
    return device;
  },

  drawn: (what) => show(readDrawn(what)),
  picture: (picture) => show(readPicture(picture)),

  async train({ fresh, ...lesson }) {
    refuseWhileTraining('a second one');
    training = new AbortController();
    const { signal } = training;
    try {
      if (fresh) take(newModel(lesson.seed), { origin: 'random', steps: 0 });
      const before = about.steps;
      let made = 0;
      const { history, scores } = await trainOnPhantoms(model, lesson, {
        signal,
        onStep(step, steps, loss) {
          made = step;
          tell({ event: 'step', step, steps, loss });
        },
        async onScores(of) {
          tell({ event: 'scores', scores: of, shown: slice && (await show(slice)) });
        },
      });
      about = { ...about, origin: 'trained', steps: before + made, scores: scores ?? about.scores };
      return { about, stopped: history.stopped !== undefined };
    } finally {
      training = undefined;
    }
  },

  stop: () => training?.abort(),

  restore() {
    refuseWhileTraining('the first model');
    return loadBuilt();
  },

  save({ format, threshold }) {
    refuseWhileTraining('a file');
    return saveModel(model, format, threshold);
  },
};

addEventListener('message', async ({ data: { id, name, argument } }: MessageEvent<Question>) => {
  let answer: Answer;
  try {
    answer = { id, value: await calls[name](argument as never) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) };
  }
  postMessage(answer);
});
