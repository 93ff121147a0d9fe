import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { random } from 'tfjs-multitask/data';
import { writeJson } from 'tfjs-multitask/node';
import type {
  EpochRecord,
  ExperimentInfo,
  GalleryItem,
  PredictionRecord,
  RunConfig,
  RunInfo,
  RunScores,
  SplitRecord,
  StudyArm,
} from '../src/records';

/** A configuration as a grid would have it. */
export function fakeConfig(changes: Partial<RunConfig> = {}): RunConfig {
  return {
    study: 'experiment-1',
    arm: 'T1+T2+T3',
    model: 'amyar2020',
    tasks: ['reconstruction', 'segmentation', 'classification'],
    size: 32,
    filters: 4,
    norm: 'batch',
    dropout: 0,
    reconstructionSkips: true,
    augment: true,
    lossWeights: {},
    masks: null,
    labels: null,
    target: 'covid',
    images: 'mix',
    batch: 4,
    learningRate: 1e-3,
    epochs: 12,
    stepsPerEpoch: 10,
    patience: 5,
    seed: 1,
    fold: null,
    ...changes,
  };
}

function fakeInfo(id: string, config: RunConfig, changes: Partial<RunInfo> = {}): RunInfo {
  return {
    id,
    config,
    status: 'complete',
    code: '0123456+',
    version: '0.1.0',
    backend: 'simd',
    node: 'v20.0.0',
    cpu: 'A processor of no name',
    split: 'abcdef',
    started: '2026-01-01T00:00:00.000Z',
    seconds: 10,
    parameters: 1000,
    epochs: 3,
    bestEpoch: 1,
    ...changes,
  };
}

interface FakeImage {
  readonly id: string;
  readonly source: string;
  readonly covid: number;
  readonly lesionPixels: number | null;
}

/** Sources, and how many images of each part have COVID-19 and not. */
const SOURCES = [
  { source: 'covid-ct', covid: 29, not: 28, masks: false },
  { source: 'medseg', covid: 24, not: 0, masks: true },
  { source: 'normal', covid: 0, not: 10, masks: false },
  { source: 'cancer', covid: 0, not: 9, masks: false },
];

const PARTS = ['train', 'validation', 'test'] as const;

const countsOf = (part: string) =>
  SOURCES.map((one) => (part === 'train' ? { ...one, covid: 5 * one.covid, not: 5 * one.not } : one));

/** Images of one part; some names are as unpleasant as real ones. */
function fakeImages(part: string): FakeImage[] {
  return countsOf(part).flatMap(({ source, covid, not, masks }) =>
    Array.from({ length: covid + not }, (_, i) => ({
      id: `${source}/${part}-71%${i} <b>&"'.png`,
      source,
      covid: i < covid ? 1 : 0,
      lesionPixels: masks ? 40 + 11 * i : null,
    })),
  );
}

/** How well a made-up model does, by what it has to learn from. */
function skillOf({ model, tasks, masks, labels, images, size, augment }: RunConfig) {
  const help = 0.35 * (tasks.length - 1) + (size > 32 ? 0.3 : 0) - (augment ? 0 : 0.3);
  const few = Math.log10((masks ?? 40) / 40);
  return {
    logit: 0.7 + help + (labels === null ? 0 : 0.4 * Math.log10(labels / 400)) - (images === 'mix' ? 0 : 0.5),
    dice: 0.58 + 0.05 * help + (model === 'unet' ? 0.18 : 0.1) * few - (model === 'unet' ? 0.05 : 0),
  };
}

function fakePrediction(
  { id, source, covid, lesionPixels }: FakeImage,
  part: PredictionRecord['part'],
  config: RunConfig,
): PredictionRecord {
  const { logit, dice } = skillOf(config);
  const shared = random(7, 'image', id);
  const own = random(config.seed, JSON.stringify({ ...config, study: '', arm: '' }), id);
  const truth = config.target === 'source' ? Number(source === 'covid-ct') : covid;
  const apart = source === 'covid-ct' ? 0.6 : 2;
  const score = logit * apart * (2 * truth - 1) + 1.2 * shared.normal() + 0.5 * own.normal();
  const overlap = Math.min(0.97, Math.max(0, dice + 0.17 * shared.normal() + 0.05 * own.normal()));
  const segments = config.tasks.includes('segmentation') && lesionPixels !== null;
  return {
    id,
    part,
    source,
    truth,
    probability: config.tasks.includes('classification') ? 1 / (1 + Math.exp(-score)) : null,
    lesionPixels,
    dice: segments ? overlap : null,
    diceTuned: segments ? Math.min(1, overlap + 0.01) : null,
    mse: config.tasks.includes('reconstruction') ? 0.004 + 0.001 * own.uniform() : null,
  };
}

/** Made-up scores of a run on the made-up images. */
function fakeScores(config: RunConfig): RunScores {
  const predictions = (['validation', 'test'] as const).flatMap((part) =>
    fakeImages(part)
      .filter(({ source }) => config.images === 'mix' || source === config.images)
      .map((image) => fakePrediction(image, part, config)),
  );
  return {
    thresholds: {
      segmentation: config.tasks.includes('segmentation') ? 0.45 : null,
      classification: config.tasks.includes('classification') ? 0.4 : null,
    },
    predictions,
  };
}

function fakeEpochs({ tasks, seed }: RunConfig): EpochRecord[] {
  const { normal } = random(seed, 'epochs');
  return Array.from({ length: 12 }, (_, epoch) => {
    const falling = (scale: number): number => scale * (0.3 + 0.7 * Math.exp(-epoch / 4)) + 0.02 * normal();
    const entries = (['train', 'validation'] as const).flatMap((part) =>
      tasks.map((task) => [`${part}.${task}.loss`, falling(task === 'reconstruction' ? 0.05 : 0.8)] as const),
    );
    const dice = tasks.includes('segmentation') ? { 'validation.segmentation.dice': 0.6 - falling(0.6) } : {};
    const auc = tasks.includes('classification') ? { 'validation.classification.auc': 0.9 - falling(0.3) } : {};
    return { epoch, seconds: 1, ...Object.fromEntries(entries), ...dice, ...auc } as EpochRecord;
  });
}

export function fakeSplit(): SplitRecord {
  const idsOf = (part: string): string[] => fakeImages(part).map(({ id }) => id);
  const test = idsOf('test');
  return {
    data: '/data/of <nobody>',
    seed: 1,
    train: idsOf('train'),
    validation: idsOf('validation'),
    test,
    groups: [test.slice(0, 3), test.slice(5, 7)],
    excluded: [{ id: 'covid-ct/71%0.jpg', reason: 'the same picture stands under both labels' }],
    counts: PARTS.flatMap((part) =>
      countsOf(part).map(({ source, covid, not, masks }) => ({
        part,
        source,
        images: covid + not,
        covid,
        notCovid: not,
        masks: masks ? covid : 0,
      })),
    ),
  };
}

/** Grey pictures of a disc, for the gallery. */
async function writeGallery(folder: string, { predictions }: RunScores, size: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const test = predictions.filter(({ part }) => part === 'test');
  const masked = test.filter(({ dice }) => dice !== null).sort((a, b) => (b.dice as number) - (a.dice as number));
  const chosen = [...masked.slice(0, 2), ...masked.slice(10, 12), ...masked.slice(-2), ...test.slice(0, 5)];
  const items: GalleryItem[] = [];
  for (const [i, { id, dice, truth, probability }] of chosen.entries()) {
    const draw = async (what: string, radius: number): Promise<string> => {
      const name = `${String(i + 1).padStart(3, '0')}-${what}.png`;
      const grey = Uint8Array.from({ length: size * size }, (_, at) => {
        const [y, x] = [Math.floor(at / size) - size / 2, (at % size) - size / 2];
        return Math.hypot(y, x) < radius ? 220 : 30;
      });
      await sharp(grey, { raw: { width: size, height: size, channels: 1 } })
        .png()
        .toFile(join(folder, name));
      return name;
    };
    items.push({
      id,
      image: await draw('image', size / 2.2),
      truth: dice === null ? null : await draw('truth', size / 5),
      prediction: await draw('prediction', size / 6),
      reconstruction: await draw('reconstruction', size / 2.3),
      cam: await draw('cam', size / 4),
      dice,
      truthClass: truth,
      probability,
    });
  }
  await writeJson(join(folder, 'gallery.json'), items);
}

/** One run of a made-up experiment, and the studies that it stands in. */
export interface FakeRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly places: readonly (readonly [study: string, arm: string])[];
  /** Instead of made-up ones. */
  readonly scores?: RunScores;
  /** With test-time flips. */
  readonly flips?: RunScores;
  /** Left out: it came to its end. */
  readonly state?: 'failed' | 'begun' | 'planned';
  readonly gallery?: boolean;
}

/** Writes the folder of an experiment that never was, in the form that the runner leaves. For tests alone. */
export async function writeFakeExperiment(folder: string, runs: readonly FakeRun[]): Promise<void> {
  const arms: StudyArm[] = runs.flatMap(({ id, places }) => places.map(([study, arm]) => ({ study, arm, run: id })));
  const experiment: ExperimentInfo = {
    grid: 'made up',
    command: 'npm run experiments -- --data "/data/of <nobody>" --out here',
    runs: runs.map(({ id, config }) => ({ id, config })),
    arms,
  };
  await mkdir(join(folder, 'runs'), { recursive: true });
  await writeJson(join(folder, 'experiment.json'), experiment);
  await writeJson(join(folder, 'split.json'), fakeSplit());
  for (const { id, config, scores = fakeScores(config), flips, state, gallery } of runs) {
    if (state === 'planned') continue;
    const own = join(folder, 'runs', id);
    await mkdir(own);
    if (state === 'begun') continue;
    if (state === 'failed') {
      await writeJson(join(own, 'run.json'), fakeInfo(id, config, { status: 'failed', error: 'no <memory> left' }));
      continue;
    }
    await writeJson(join(own, 'run.json'), fakeInfo(id, config));
    await writeJson(join(own, 'epochs.json'), fakeEpochs(config));
    await writeJson(join(own, 'scores.json'), scores);
    if (flips) await writeJson(join(own, 'scores-flips.json'), flips);
    if (gallery) await writeGallery(join(own, 'gallery'), scores, config.size);
  }
}
