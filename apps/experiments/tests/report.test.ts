import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { auc, score } from 'tfjs-multitask/metrics';
import { writeJson } from 'tfjs-multitask/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PredictionRecord, RunConfig, RunScores } from '../src/records';
import { points } from '../src/report/format';
import { rankedAuc } from '../src/report/ranked-auc';
import type { Results } from '../src/report/results';
import { cell, header, tableToMarkdown } from '../src/report/table';
import { describeChanges } from '../src/report/tables/settings-table';
import { writeReport } from '../src/report/write-report';
import { type FakeRun, fakeConfig, fakeSplit, writeFakeExperiment } from './fake-experiment';

/** A page without its pictures, of which a test that fails would print megabytes. */
const withoutPictures = (html: string): string => html.replaceAll(/(data:[^;"]+;base64,)[^"]+/g, '$1');

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'report-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Written {
  readonly html: string;
  readonly markdown: string;
  readonly csv: string[][];
  readonly results: Results;
  readonly files: string[];
  readonly folder: string;
}

async function report(name: string, runs: readonly FakeRun[], prepare?: (folder: string) => Promise<void>) {
  const folder = join(root, name);
  await mkdir(folder);
  await writeFakeExperiment(folder, runs);
  await prepare?.(folder);
  const { files } = await writeReport(folder, { resamples: 10 });
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  const csv = (await read('results.csv'))
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const results: Results = JSON.parse(await read('results.json'));
  return {
    html: withoutPictures(await read('report.html')),
    markdown: await read('results.md'),
    csv,
    results,
    files,
    folder,
  } as Written;
}

const THREE = fakeConfig();
const UNET = fakeConfig({ arm: 'U-Net', model: 'unet', tasks: ['segmentation'] });
const CNN = fakeConfig({ arm: 'CNN', model: 'cnn8', tasks: ['classification'] });

const image = (
  part: 'validation' | 'test',
  [id, truth, probability, dice]: readonly [string, number, number | null, number | null],
): PredictionRecord => ({
  id,
  part,
  source: id.startsWith('m') ? 'masked' : 'mixed',
  truth,
  probability,
  lesionPixels: id.startsWith('m') ? 10 : null,
  dice,
  diceTuned: dice === null ? null : dice + 0.05,
  mse: null,
});

/** Validation: at a specificity of 1 the threshold 0.7 keeps one of two positives. */
const validation = (probabilities: boolean): PredictionRecord[] =>
  [
    ['v1', 1, 0.7, null],
    ['v2', 1, 0.2, null],
    ['v3', 0, 0.6, null],
    ['v4', 0, 0.1, null],
  ].map((row) => {
    const [id, truth, probability, dice] = row as [string, number, number, null];
    return image('validation', [id, truth, probabilities ? probability : null, dice]);
  });

function scoresOf(
  rows: readonly (readonly [string, number, number | null, number | null])[],
  threshold: number | null,
): RunScores {
  return {
    thresholds: { segmentation: 0.4, classification: threshold },
    predictions: [...validation(threshold !== null), ...rows.map((row) => image('test', row))],
  };
}

const run = (id: string, config: RunConfig, study: string, more: Partial<FakeRun> = {}): FakeRun => ({
  id,
  config,
  places: [[study, config.arm]],
  ...more,
});

/** Two seeds of the three-task model, a U-Net and a CNN on two images with a lesion and three of the mixed source. */
const BY_HAND: readonly FakeRun[] = [
  run('three-1', THREE, 'experiment-1', {
    scores: scoresOf(
      [
        ['m1', 1, 0.9, 0.8],
        ['m2', 1, 0.4, 0.4],
        ['x1', 1, 0.6, null],
        ['x2', 0, 0.5, null],
        ['x3', 0, 0.1, null],
      ],
      0.4,
    ),
  }),
  run('three-2', { ...THREE, seed: 2 }, 'experiment-1', {
    scores: scoresOf(
      [
        ['m1', 1, 0.8, 0.6],
        ['m2', 1, 0.6, 0.6],
        ['x1', 1, 0.7, null],
        ['x2', 0, 0.3, null],
        ['x3', 0, 0.2, null],
      ],
      0.65,
    ),
  }),
  run('unet-1', UNET, 'experiment-2', {
    scores: scoresOf(
      [
        ['m1', 1, null, 0.5],
        ['m2', 1, null, 0.3],
        ['x1', 1, null, null],
        ['x2', 0, null, null],
        ['x3', 0, null, null],
      ],
      null,
    ),
  }),
  run('cnn-1', CNN, 'experiment-3', {
    scores: scoresOf(
      [
        ['m1', 1, 0.9, null],
        ['m2', 1, 0.2, null],
        ['x1', 1, 0.3, null],
        ['x2', 0, 0.25, null],
        ['x3', 0, 0.35, null],
      ],
      0.3,
    ),
  }),
];

describe('a report of numbers that can be checked by hand', () => {
  let written: Written;
  beforeAll(async () => {
    written = await report('by-hand', BY_HAND);
  });
  const contender = (label: string) => written.results.contenders.find((one) => one.label === label);
  const mean = (label: string, name: 'dice' | 'auc' | 'sensitivity') => contender(label)?.scores[name]?.mean;

  it('has the mean over seeds of the mean over images', () => {
    const dice = contender('T1+T2+T3, 32 px')?.scores.dice;
    expect(dice).toMatchObject({ perSeed: [(0.8 + 0.4) / 2, 0.6], n: 2 });
    expect(dice?.mean).toBeCloseTo(0.6, 12);
    expect(dice?.sd).toBeCloseTo(0, 12);
    expect(mean('U-Net, 32 px', 'dice')).toBeCloseTo(0.4, 12);
    expect(mean('CNN, 32 px', 'dice')).toBeUndefined();
  });

  it('has the AUC of each seed', () => {
    // Seed 1 ranks m2 (0.4) below x2 (0.5): 5 of 6 pairs; seed 2 all; the CNN 3 + 0 + 1 of 6.
    const area = contender('T1+T2+T3, 32 px')?.scores.auc;
    expect(area?.perSeed.map((value) => Math.round(6 * value))).toEqual([5, 6]);
    expect(area?.sd).toBeCloseTo(1 / 6 / Math.SQRT2, 12);
    expect(mean('CNN, 32 px', 'auc')).toBeCloseTo(3 / 6, 12);
  });

  it('decides at 0.5, at the threshold of each run, and at the one that its validation gives', () => {
    const { scores } = contender('T1+T2+T3, 32 px')!;
    expect(scores.sensitivity?.perSeed.map((value) => Math.round(3 * value))).toEqual([2, 3]);
    expect(scores.specificity?.perSeed).toEqual([1 / 2, 1]);
    // At 0.4: m1, m2, x1 and x2; at 0.65: m1 and x1.
    expect(scores.youdenSensitivity?.perSeed.map((value) => Math.round(3 * value))).toEqual([3, 2]);
    expect(scores.youdenSpecificity?.perSeed).toEqual([1 / 2, 1]);
    // A specificity of at least 0.9 on validation needs a threshold of 0.7.
    expect(scores.specificSensitivity?.perSeed.map((value) => Math.round(3 * value))).toEqual([1, 2]);
    expect(scores.specificSpecificity?.perSeed).toEqual([1, 1]);
  });

  it('has the median over images of the means over seeds', () => {
    // m1: 0.7, m2: 0.5.
    const quartiles = contender('T1+T2+T3, 32 px')?.diceQuartiles ?? [];
    expect(quartiles.map((value) => value.toFixed(3))).toEqual(['0.550', '0.600', '0.650']);
  });

  it('has the AUC within the source that has both classes', () => {
    expect(written.results.mixedSource).toBe('mixed');
    expect(contender('T1+T2+T3, 32 px')?.sources).toMatchObject([
      { source: 'mixed', positives: 1, negatives: 2, auc: { perSeed: [1, 1] } },
    ]);
    expect(contender('CNN, 32 px')?.sources[0].auc?.mean).toBe(0.5);
  });

  it('compares the three tasks with each baseline, and corrects within a family', () => {
    const own = written.results.comparisons.filter(({ family }) => family.startsWith('Three tasks against every'));
    expect(own.map(({ b, score: name, n }) => [b, name, n])).toEqual([
      ['U-Net, 32 px', 'dice', 2],
      ['CNN, 32 px', 'auc', 5],
    ]);
    const [dice, area] = own;
    expect(dice.difference).toBeCloseTo(0.2, 12);
    // Both of two differences are positive: 2 of 4 signs are as extreme.
    expect([dice.test, dice.p, dice.pHolm]).toEqual(['Wilcoxon', 0.5, Math.min(1, Math.max(0.5, 2 * (area.p ?? 1)))]);
    expect(area.test).toBe('DeLong');
    expect(area.difference).toBeCloseTo((5 / 6 + 1) / 2 - 0.5, 12);
  });

  it('counts its test images', () => {
    expect(written.results.test).toEqual({ images: 5, lesions: 2, covid: 3, notCovid: 2 });
  });

  it('has a line of the CSV for each run', () => {
    const [names, first] = written.csv;
    expect(written.csv.map(([id]) => id)).toEqual(['id', 'three-1', 'three-2', 'unet-1', 'cnn-1']);
    const at = (name: string): string => first[names.indexOf(name)];
    expect([at('seed'), at('testImages'), at('maskThreshold'), at('classThreshold')]).toEqual(['1', '5', '0.4', '0.4']);
    expect(Number(at('dice'))).toBeCloseTo(0.6, 12);
    expect(Number(at('auc'))).toBeCloseTo(5 / 6, 12);
    expect(written.csv[3][names.indexOf('auc')]).toBe('');
  });

  it('sets the figures of the paper that are legible beside its own, and no others', () => {
    const table = written.markdown.split('**Table 2')[1].split('T1 reconstruction')[0];
    const numbers = [...table.matchAll(/78\.52|69\.09|67\.14|above \d+/g)].map(([found]) => found);
    expect(numbers).toEqual(['78.52', 'above 88', 'above 93', 'above 97', '69.09', '67.14']);
  });
});

describe('a report of tuned models and of few masks', () => {
  const tuned = { averageDecay: 0.99, epochs: 24 };
  const few = { masks: 5 };
  const two = fakeConfig({ arm: 'T1+T2', tasks: ['reconstruction', 'segmentation'] });
  let written: Written;
  beforeAll(async () => {
    const mainAndMasks = (arm: string, study: string) => ({ places: [[study, arm] as const, ['masks', arm] as const] });
    written = await report('tuned', [
      run('three', THREE, 'experiment-1', mainAndMasks('T1+T2+T3', 'experiment-1')),
      run('two', two, 'experiment-1', mainAndMasks('T1+T2', 'experiment-1')),
      run('unet', UNET, 'experiment-2', mainAndMasks('U-Net', 'experiment-2')),
      run('three-few', { ...THREE, ...few }, 'masks'),
      run('two-few', { ...two, ...few }, 'masks'),
      run('unet-few', { ...UNET, ...few }, 'masks'),
      run('three-tuned', { ...THREE, ...tuned, arm: 'T1+T2+T3, tuned', lossWeights: { segmentation: 3 } }, 'tuned'),
      run('three-tuned-few', { ...THREE, ...tuned, ...few, arm: 'T1+T2+T3, tuned' }, 'tuned'),
      run('unet-tuned', { ...UNET, ...tuned, arm: 'U-Net, tuned' }, 'tuned'),
      run('unet-tuned-few', { ...UNET, ...tuned, ...few, arm: 'U-Net, tuned' }, 'tuned'),
      run('cnn-tuned', { ...CNN, ...tuned, arm: 'CNN, tuned' }, 'tuned'),
    ]);
  });
  const pairsOf = (family: string) =>
    written.results.comparisons.filter((one) => one.family.startsWith(family)).map(({ a, b }) => `${a} - ${b}`);

  it('compares each multitask model with the U-Net at its number of masks', () => {
    expect(pairsOf('With few masks')).toEqual([
      'T1+T2, 32 px - U-Net, 32 px',
      'T1+T2+T3, 32 px, 5 masks - U-Net, 32 px, 5 masks',
      'T1+T2, 32 px, 5 masks - U-Net, 32 px, 5 masks',
    ]);
    expect(written.markdown).toMatch(/With 5 masks, the Dice of T1\+T2\+T3 differs from that of the U-Net by/);
    expect(written.markdown).toMatch(/With 5 and all masks, the Dice of T1\+T2 differs from that of the U-Net by/);
  });

  it('compares tuned models among themselves, with as many masks', () => {
    expect(pairsOf('Tuned alike')).toEqual([
      'T1+T2+T3, tuned, 32 px - U-Net, tuned, 32 px',
      'T1+T2+T3, tuned, 32 px - CNN, tuned, 32 px',
      'T1+T2+T3, tuned, 32 px, 5 masks - U-Net, tuned, 32 px, 5 masks',
    ]);
  });

  it('says what tuning changed, and what validation said', async () => {
    const table = written.markdown.split('**Tuned alike: the settings')[1].split('\n\n')[1];
    const rows = table.split('\n').map((line) => line.split(' | '));
    const changed = (row: number): string[] => rows[row][1].split('; ').sort();
    expect(changed(2)).toEqual([
      'averageDecay: default → 0.99',
      'epochs: 12 → 24',
      'lossWeights: all × 1 → segmentation × 3',
    ]);
    expect([rows[4][0], rows[4][2]]).toEqual(['| U-Net, tuned, 32 px', '1 of 1']);
    expect(changed(4)).toEqual(['averageDecay: default → 0.99', 'epochs: 12 → 24']);
    const own = written.results.contenders.find(({ label }) => label === 'U-Net, tuned, 32 px');
    const epochs = JSON.parse(await readFile(join(written.folder, 'runs', 'unet-tuned', 'epochs.json'), 'utf8'));
    expect(own?.validation).toEqual({ dice: epochs[1]['validation.segmentation.dice'], auc: null });
  });
});

describe('a report of a cross-validation', () => {
  const [first, second] = [
    scoresOf(
      [
        ['m1', 1, 0.9, 0.8],
        ['x2', 0, 0.5, null],
      ],
      0.4,
    ),
    scoresOf(
      [
        ['m2', 1, 0.4, 0.2],
        ['x3', 0, 0.1, null],
      ],
      0.4,
    ),
  ];
  const places = [
    ['experiment-1', 'T1+T2+T3'],
    ['masks', 'T1+T2+T3'],
  ] as const;
  const folds = [
    run('fold-0', { ...THREE, fold: 0 }, 'experiment-1', { scores: first, places }),
    run('fold-1', { ...THREE, fold: 1 }, 'experiment-1', { scores: second, places }),
    run('few-0', { ...THREE, masks: 5, fold: 0 }, 'masks', { scores: first }),
    run('few-1', { ...THREE, masks: 5, fold: 1 }, 'masks', { scores: second }),
  ];
  const writeFolds = async (folder: string): Promise<void> => {
    await rm(join(folder, 'split.json'));
    const [train, ...others] = fakeSplit().counts;
    for (const [fold, masks] of [
      [0, 30],
      [1, 41],
    ] as const) {
      const counts = [{ ...train, masks }, ...others.map((count) => ({ ...count, masks: 0 }))];
      await writeJson(join(folder, `split-2-folds-${fold}.json`), { ...fakeSplit(), counts });
    }
  };
  let written: Written;
  beforeAll(async () => {
    written = await report('folds', folds, writeFolds);
  });

  it('scores every image once a seed, each by the model that never saw it', () => {
    const [whole] = written.results.contenders;
    expect([whole.label, whole.finished, whole.planned]).toEqual(['T1+T2+T3, 32 px', 2, 2]);
    expect(whole.scores.dice).toMatchObject({ perSeed: [(0.8 + 0.2) / 2], n: 2 });
    // Pairs of m1, m2 with x2, x3: 0.4 against 0.5 alone is the wrong way round.
    expect(whole.scores.auc).toMatchObject({ perSeed: [3 / 4], n: 4 });
    expect(written.results.test).toEqual({ images: 4, lesions: 2, covid: 2, notCovid: 2 });
    expect(written.csv.map(([id]) => id)).toEqual(['id', 'fold-0', 'fold-1', 'few-0', 'few-1']);
  });

  it('has the split of each fold, and says that there are folds', () => {
    for (const text of [written.html, written.markdown]) {
      expect(text).toContain('The split, fold 1 of 2: images of each part by source and class');
      expect(text).toContain('The split, fold 2 of 2');
      expect(text).not.toContain('One split');
      expect(text).not.toContain('There is no split.json');
    }
    expect(written.results).toMatchObject({ folds: 2, data: '/data/of <nobody>' });
  });

  it('draws all masks of a fold at their mean number', () => {
    // 35.5, rounded.
    expect(written.html).toContain('T1+T2+T3 with 5: 0.500; T1+T2+T3 with 36: 0.500');
  });
});

describe('a report of runs that were scored with flips', () => {
  it('has a column for them, and stays as it was without', async () => {
    const flips = scoresOf(
      [
        ['m1', 1, 0.9, 0.9],
        ['m2', 1, 0.6, 0.6],
        ['x1', 1, 0.7, null],
        ['x2', 0, 0.5, null],
        ['x3', 0, 0.1, null],
      ],
      0.4,
    );
    const { results, html, csv } = await report('flips', [{ ...BY_HAND[0], flips }, ...BY_HAND.slice(2)]);
    const [three, unet] = results.contenders;
    expect(three.scores.dice?.mean).toBeCloseTo(0.6, 12);
    expect(three.scores).toMatchObject({ flipsDice: { mean: 0.75, n: 2 }, flipsAuc: { mean: 1 } });
    expect([unet.scores.flipsDice, unet.scores.flipsAuc]).toEqual([null, null]);
    expect(html).toContain('Mean, with test-time flips');
    expect(html).toContain('AUC, with test-time flips');
    const [names, first, second] = csv;
    expect([first, second].map((line) => line[names.indexOf('flipsDice')])).toEqual(['0.75', '']);
    expect((await report('no-flips', BY_HAND)).html).not.toContain('with test-time flips');
  });
});

const SMALL: readonly FakeRun[] = [
  run('a', THREE, 'experiment-1', {
    gallery: true,
    places: [
      ['experiment-1', 'T1+T2+T3'],
      ['settings', 'as it is'],
    ],
  }),
  run('b', UNET, 'experiment-2'),
  run('c', CNN, 'experiment-3'),
  run('d', fakeConfig({ masks: 5 }), 'masks', { places: [['masks', 'T1+T2+T3']] }),
  run('e', { ...UNET, masks: 5 }, 'masks'),
  run('f', fakeConfig({ arm: '<i>no</i> augmentation', augment: false }), 'settings'),
  run('g', { ...CNN, target: 'source' }, 'source'),
  run('h', { ...CNN, images: 'covid-ct' }, 'covid-ct'),
];

describe('the page', () => {
  let written: Written;
  beforeAll(async () => {
    written = await report('page', SMALL);
  });

  it('asks the network for nothing', () => {
    const addresses = [...written.html.matchAll(/(?:https?:)?\/\/[^\s"'<)]+/g)]
      .map(([address]) => address)
      .filter((address) => /^(https?:)?\/\/[a-z]/i.test(address));
    expect([...new Set(addresses)].every((address) => address.startsWith('https://doi.org/'))).toBe(true);
    expect(written.html).not.toMatch(/<(script|link|iframe)\b/);
    const sources = [...written.html.matchAll(/ src="([^"]{0,30})/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.every((source) => /^data:image\/(svg\+xml|webp);base64,/.test(source))).toBe(true);
  });

  it('shows names as they are, and none as markup', () => {
    expect(written.html).toContain('71%1 &lt;b&gt;&amp;&quot;&#39;.png');
    expect(written.html).toContain('&lt;i&gt;no&lt;/i&gt; augmentation');
    expect(written.html).toContain('/data/of &lt;nobody&gt;');
    expect(written.html).not.toMatch(/<b>|<i>|<nobody>/);
    expect(written.markdown).not.toMatch(/<b>|<i>/);
  });

  it('names every table and tells of every picture', async () => {
    const count = (pattern: RegExp): number => [...written.html.matchAll(pattern)].length;
    expect(count(/<table>/g)).toBeGreaterThan(10);
    expect(count(/<caption /g)).toBe(count(/<table>/g));
    expect(count(/<img [^>]*alt="[^"]+"/g)).toBe(count(/<img /g));
    expect(written.html).not.toMatch(/NaN|undefined|\[object/);
    expect((await stat(join(written.folder, 'report.html'))).size).toBeLessThan(5e6);
  });

  it('links to sections that are there', () => {
    const links = [...written.html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(10);
    for (const id of links) expect(written.html).toContain(`<section id="${id}">`);
  });

  it('shows the failures among the slices', () => {
    expect(written.html).toContain('misclassified');
  });

  it('has each chart as a PNG', async () => {
    const figures = written.files.filter((file) => file.endsWith('.png'));
    expect(figures).toEqual(
      expect.arrayContaining(['figures/roc.png', 'figures/dice-distribution.png', 'figures/masks-curve.png']),
    );
    for (const file of figures) {
      const { width = 0, height = 0 } = await sharp(join(written.folder, file)).metadata();
      expect(Math.min(width, height)).toBeGreaterThan(200);
    }
  });

  it('is the same when it is written again', async () => {
    const read = (): Promise<string> => readFile(join(written.folder, 'report.html'), 'utf8');
    const before = await read();
    await writeReport(written.folder, { resamples: 10 });
    expect((await read()) === before).toBe(true);
  });
});

describe('an experiment that is not finished', () => {
  it('says what is missing, and compares what is there', async () => {
    const { results, html, csv } = await report('partly', [
      SMALL[0],
      { ...SMALL[1], state: 'failed' },
      { ...SMALL[2], state: 'begun' },
      { ...SMALL[5], state: 'planned' },
    ]);
    expect(results.missing).toEqual([
      { id: 'b', reason: 'failed: no <memory> left' },
      { id: 'c', reason: 'not finished' },
      { id: 'f', reason: 'not begun' },
    ]);
    expect(results.runs).toEqual({ planned: 4, finished: 1 });
    expect(results.comparisons.every(({ p, difference }) => p === null && difference === null)).toBe(true);
    expect(html).toContain('failed: no &lt;memory&gt; left');
    expect(html).toContain('3 of 4 runs are missing');
    expect(html).not.toMatch(/NaN|undefined/);
    expect(csv).toHaveLength(2);
  });

  it('gives a report with no run at all', async () => {
    const { html, results } = await report('nothing', [{ ...SMALL[0], state: 'planned' }]);
    expect(html).toContain('No run of the comparison is finished yet.');
    expect(results.test.images).toBe(0);
  });

  it('reads runs whose files are broken as missing, and does without a split and a plan', async () => {
    const { results, html } = await report('broken', SMALL.slice(0, 2), async (folder) => {
      await writeFile(join(folder, 'runs', 'b', 'scores.json'), '{"thresholds": ');
      await rm(join(folder, 'split.json'));
      await rm(join(folder, 'experiment.json'));
    });
    expect(results.missing).toHaveLength(1);
    expect(results.missing[0].reason).toMatch(/^unreadable: .*scores\.json: /);
    expect(html).toContain('There is no split.json in the folder.');
  });

  it('is not there in an empty folder', async () => {
    const folder = join(root, 'empty');
    await mkdir(folder);
    await expect(writeReport(folder)).rejects.toThrow(
      `${folder}: there is no experiment here: neither an experiment.json nor a folder in runs/.`,
    );
  });
});

describe('the parts of a report', () => {
  it('rank once and give the AUC of any weights', async () => {
    const truth = [1, 0, 1, 0, 1, null];
    const scores = [0.9, 0.5, 0.5, 0.4, 0.1, 7];
    for (const weights of [
      [1, 1, 1, 1, 1, 1],
      [2, 0, 1, 3, 0, 5],
      [0, 2, 2, 0, 1, 1],
    ]) {
      const expected = await score(auc(), truth.slice(0, 5) as number[], scores.slice(0, 5), weights.slice(0, 5));
      expect(rankedAuc(truth, scores)(weights)).toBeCloseTo(expected, 12);
    }
    expect(rankedAuc([1, 1], [1, 2])([1, 1])).toBeNaN();
  });

  it('give signed points, and no sign to what rounds to nothing', () => {
    expect([0.0123, -0.2, -0.0001, 0].map(points)).toEqual(['+1.2', '−20.0', '0.0', '0.0']);
  });

  it('say what a setting changes', () => {
    const changes = { augment: false, lossWeights: { segmentation: 3 }, seed: 9, arm: 'other' };
    expect(describeChanges(THREE, { ...THREE, ...changes })).toEqual([
      'augment: on → off',
      'lossWeights: all × 1 → segmentation × 3',
    ]);
  });

  it('write tables as Markdown that holds together', () => {
    const table = {
      id: 't',
      caption: 'A <caption>',
      columns: ['a|b', 'c'],
      rows: [
        [header('x\ny', 2), cell(1, ['low'])],
        [null, cell('<b>')],
      ],
    };
    expect(tableToMarkdown(table)).toBe(
      '**A &lt;caption>**\n\n| a\\|b | c |\n| --- | --- |\n| x y | 1<br>low |\n|  | &lt;b> |\n',
    );
  });
});
