import { describe, expect, it, vi } from 'vitest';
import { declareGrid, GRIDS, type GridName, identityOf } from '../src/grid/grids';
import { STUDIES } from '../src/grid/studies';
import type { StudyName } from '../src/grid/study-name';
import { HELP, parseCommandLine } from '../src/options';
import type { RunConfig } from '../src/records';
import { runId } from '../src/runs/run-folder';

const names = Object.keys(GRIDS) as GridName[];
const declare = (name: GridName, options = {}) => declareGrid(name, { mixedSource: 'figures', ...options });

/** What makes a difference to a run's numbers, said again and in another way than the runner says it. */
function recipe({ study: _, arm: __, ...config }: RunConfig): string {
  return JSON.stringify(Object.entries(config).sort(([a], [b]) => a.localeCompare(b)));
}

describe('a grid', () => {
  it.each(names)('%s: trains equal configurations once, and names each run once', (name) => {
    const { runs, arms } = declare(name);
    expect(new Set(runs.map(recipe)).size).toBe(runs.length);
    expect(new Set(runs.map(runId)).size).toBe(runs.length);
    if (GRIDS[name].studies === undefined) expect(arms.length).toBeGreaterThan(runs.length);
    expect(new Set(arms.map(({ run }) => run))).toEqual(new Set(runs.keys()));
  });

  it.each(names)('%s: has every study, and each setting in it once a seed', (name) => {
    const { runs, arms } = declare(name);
    const { studies, pretrained } = GRIDS[name];
    const onPublished = ['pretrained', 'pretrained-longer', 'pretrained-large', 'frozen'];
    const all = studies ?? Object.keys(STUDIES).filter((study) => pretrained || !onPublished.includes(study));
    expect(new Set(arms.map(({ study }) => study))).toEqual(new Set(all));
    if (!all.includes('settings')) return;
    const changes = GRIDS[name].changes.map(({ arm }) => arm);
    const settings = arms.filter(({ study }) => study === 'settings');
    expect(new Set(settings.map(({ arm }) => arm))).toEqual(new Set(['as in the comparison', ...changes]));
    for (const arm of changes) {
      const seeds = settings.filter((one) => one.arm === arm).map(({ run }) => runs[run].seed);
      expect(seeds).toEqual(Array.from({ length: GRIDS[name].seeds.other }, (_, i) => i + 1));
    }
  });

  it('compares the models at both sizes, with the steps and seeds of the main comparison for each', () => {
    const { runs, arms } = declare('quick');
    const main = arms.filter(({ study }) => study === 'experiment-2' || study === 'experiment-3');
    for (const [arm, studies] of [
      ['T1+T2+T3', 2],
      ['U-Net', 1],
      ['CNN', 1],
    ] as const) {
      const own = main.filter((one) => one.arm === arm).map(({ run }) => runs[run]);
      expect(own.filter(({ size }) => size === 64)).toHaveLength(5 * studies);
      expect(own.filter(({ size }) => size === 32)).toHaveLength(2 * studies);
      for (const { stepsPerEpoch, epochs, batch } of own) expect([stepsPerEpoch, epochs, batch]).toEqual([60, 20, 4]);
    }
  });

  it("gives the paper's setting to the paper's grid", () => {
    const { runs } = declare('paper', { only: ['experiment-3'] });
    expect(new Set(runs.map(({ size }) => size))).toEqual(new Set([256, 512]));
    for (const { model, filters, batch, learningRate, patience, epochs, norm, stepsPerEpoch } of runs) {
      expect([filters, batch, learningRate, patience, norm, stepsPerEpoch]).toEqual([64, 4, 1e-4, 35, 'none', null]);
      expect(epochs).toBe(model === 'cnn8' ? 1500 : 500);
    }
  });

  it('gives the models on a published encoder the same images, steps and encoder', () => {
    const { runs, arms } = declareGrid('pretrained', { mixedSource: 'covid-ct' });
    const own = arms.filter(({ study, run }) => study === 'pretrained' && runs[run].seed === 1);
    expect(own.map(({ arm }) => arm)).toEqual(['T1+T2+T3 on VGG16', 'U-Net on VGG16', 'CNN on VGG16']);
    const [three, unet, cnn] = own.map(({ run }) => runs[run]);
    for (const one of [unet, cnn]) {
      const { tasks, model, lossWeights, arm, ...shared } = three;
      expect(one).toMatchObject(shared);
    }
    expect(three).toMatchObject({ images: 'labelled', classesOf: 'covid-ct', averageDecay: 0.97 });
    expect(three.pretrained?.fineTune).toEqual({ epoch: 1, from: 4, rate: 0.01 });
    const frozen = arms.filter(({ study }) => study === 'frozen').map(({ run }) => runs[run].pretrained);
    for (const pretrained of frozen) expect(pretrained).not.toHaveProperty('fineTune');
    expect(new Set(runs.map(({ size }) => size))).toEqual(new Set([224, 320]));
  });

  it('runs the main comparison first', () => {
    const { runs } = declare('quick');
    const first = runs.slice(0, 15).map(({ model, size, seed }) => [model, size, seed]);
    const expected = [1, 2, 3, 4, 5].flatMap((seed) => ['amyar2020', 'unet', 'cnn8'].map((model) => [model, 64, seed]));
    expect(new Set(first.map(String))).toEqual(new Set(expected.map(String)));
    expect(first.map(([, , seed]) => seed)).toEqual(expected.map(([, , seed]) => seed));
  });

  it('takes few studies, so many seeds, and folds', () => {
    const { runs, arms } = declare('quick', { only: ['source'], seeds: 3, folds: 2 });
    expect(new Set(arms.map(({ study }) => study))).toEqual(new Set(['source']));
    expect(runs.map(({ seed, fold }) => [seed, fold])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
      [3, 0],
      [3, 1],
    ]);
    expect(new Set(runs.map(runId)).size).toBe(6);
  });

  it('leaves out the studies of sources where no source has both classes', () => {
    const { arms } = declareGrid('quick', { mixedSource: null });
    const studies = new Set(arms.map(({ study }) => study));
    expect(studies.has('covid-ct')).toBe(false);
    expect(studies.has('source')).toBe(false);
    expect(studies.has('labels')).toBe(true);
  });

  it('asks for empty masks on paper, not in quick', () => {
    const asks = (name: GridName) => declare(name).runs.filter(({ emptyMasks }) => emptyMasks === true).length;
    expect(asks('paper')).toBe(1);
    expect(asks('quick')).toBe(0);
  });
});

describe("a run's identity", () => {
  const { runs } = declare('quick');
  const [config] = runs;

  it('does not depend on where the run stands, nor on the order of its settings', () => {
    const turned = Object.fromEntries(Object.entries(config).reverse()) as unknown as RunConfig;
    expect(identityOf({ ...turned, study: 'another', arm: 'place' })).toBe(identityOf(config));
    expect(runId({ ...turned, study: 'another', arm: 'place' })).toBe(runId(config));
  });

  it.each([
    { seed: 2 },
    { size: 16 },
    { dropout: 0.1 },
    { lossWeights: { segmentation: 2 } },
    { emptyMasks: true },
    { averageDecay: 0.9 },
    { images: 'figures' },
    { warmUp: { classification: 3 } },
    { reconstructionFirst: 2 },
    { supervisedLevels: 2 as const },
    { window: [1, 99] as const },
    { keptBy: 'segmentation' as const },
    { classesOf: 'figures' },
    { pretrained: { encoder: 'vgg16', weights: 'random', classifierRate: 0.1 } as const },
  ])('changes with %j', (change) => {
    expect(identityOf({ ...config, ...change })).not.toBe(identityOf(config));
    expect(runId({ ...config, ...change })).not.toBe(runId(config));
  });

  it('is that of runs from before there were more settings', () => {
    const ids = new Set(runs.map(runId));
    for (const id of ['t1t2t3-64-seed1-54d71b37', 'unet-64-seed1-efdc77ee', 't1t2t3-32-seed1-0ec132f1']) {
      expect(ids).toContain(id);
    }
  });

  it('is the same for settings that make no difference to the model', () => {
    const unet = runs.find(({ model }) => model === 'unet') as RunConfig;
    expect(unet).not.toHaveProperty('emptyMasks');
    expect(unet.labels).toBeNull();
    expect(unet.reconstructionSkips).toBe(true);
  });
});

describe("the runner's command line", () => {
  it('has defaults, and names all studies in its help', () => {
    expect(parseCommandLine([])).toMatchObject({ data: null, grid: 'quick', jobs: 1, onError: 'fail', splitSeed: 1 });
    expect(parseCommandLine(['--grid', 'tiny'])?.phantoms).toBe(120);
    expect(parseCommandLine(['--help'])).toBeUndefined();
    for (const study of Object.keys(STUDIES) as StudyName[]) expect(HELP).toContain(study);
  });

  it('says where more jobs than cores are of no use', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    parseCommandLine(['--jobs', '4096']);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^--jobs 4096: more than the \d+ cores/));
    warn.mockRestore();
  });

  it.each([
    [['--grid', 'big'], "--grid must be one of paper, quick, pretrained, tiny; got 'big'."],
    [['--only', 'masks,lables'], '--only must be one of experiment-1, experiment-2, experiment-3, masks, labels'],
    [['--seeds', '0'], "--seeds must be a whole number of at least 1, got '0'."],
    [['--folds', '1'], "--folds must be a whole number of at least 2, got '1'."],
    [['--on-error', 'ignore'], "--on-error must be one of fail, skip; got 'ignore'."],
    [['--phantoms', '1e9x'], "--phantoms must be a whole number of at least 60, got '1e9x'."],
    [['--size', '64'], "Unknown option '--size'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
