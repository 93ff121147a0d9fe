import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { writePng } from 'tfjs-multitask/node';
import { describe, expect, it } from 'vitest';
import { declareGrid, type GridOptions } from '../src/grid/grids';
import { groupImages } from '../src/images/groups';
import { findMixedSource, type ImageInfo, openImages } from '../src/images/images';
import { checkNeeds } from '../src/images/needs';
import { prepareSplits } from '../src/images/prepare';
import { PARTS, type SplitOptions, splitImages } from '../src/images/split';
import type { SplitRecord } from '../src/records';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();

const info = (id: string, changes: Partial<ImageInfo> = {}): ImageInfo => ({
  id,
  source: 'one',
  covid: 0,
  mask: false,
  official: '',
  ...changes,
});

/** So many images of each kind: masked and ill, ill, and healthy. */
function mix(masked: number, ill: number, healthy: number): ImageInfo[] {
  const some = (count: number, what: string, changes: Partial<ImageInfo>): ImageInfo[] =>
    Array.from({ length: count }, (_, i) => info(`${what}-${i}`, changes));
  return [
    ...some(masked, 'masked', { source: 'masks', covid: 1, mask: true }),
    ...some(ill, 'ill', { source: 'both', covid: 1 }),
    ...some(healthy, 'healthy', { source: 'both' }),
  ];
}

const splitOf = (infos: readonly ImageInfo[], options: Partial<SplitOptions> = {}) =>
  splitImages(infos, { data: 'made up', seed: 1, duplicates: [], ...options });

const ids = (infos: readonly ImageInfo[]): string[] => infos.map(({ id }) => id).sort();

describe('splitImages', () => {
  it('deals masks 5 : 2 : 3 and the rest 8 : 1 : 1, in every source and class, as Table 1 does', () => {
    const { counts, train, validation, test, excluded } = splitOf(mix(100, 200, 300));
    const of = (part: string, source: string) => counts.find((one) => one.part === part && one.source === source);
    expect(PARTS.map((part) => of(part, 'masks')?.masks)).toEqual([50, 20, 30]);
    expect(PARTS.map((part) => of(part, 'both')?.covid)).toEqual([160, 20, 20]);
    expect(PARTS.map((part) => of(part, 'both')?.notCovid)).toEqual([240, 30, 30]);
    expect([...train, ...validation, ...test].sort()).toEqual(ids(mix(100, 200, 300)));
    expect(excluded).toEqual([]);
  });

  it('keeps patients and near-duplicates on one side, and says which they are', () => {
    const infos = mix(20, 40, 60).map((one, i) => ({ ...one, patient: `patient ${Math.floor(i / 2)}` }));
    const duplicates = [
      ['ill-0', 'ill-7', 'healthy-3'],
      ['masked-1', 'masked-4'],
    ];
    const split = splitOf(infos, { duplicates });
    expect(split.groups).toContainEqual(['ill-0', 'ill-1', 'ill-6', 'ill-7', 'healthy-2', 'healthy-3']);
    expect(split.groups).toContainEqual(['masked-0', 'masked-1', 'masked-4', 'masked-5']);
    for (const group of split.groups) {
      const parts = PARTS.filter((part) => group.some((id) => split[part].includes(id)));
      expect(parts).toHaveLength(1);
    }
  });

  it('leaves an image out rather than have one that looks the same on both sides', () => {
    const infos = mix(20, 40, 60);
    const plain = splitOf(infos);
    const masked = plain.test.find((id) => id.startsWith('masked')) as string;
    const trained = plain.train.find((id) => id.startsWith('ill')) as string;
    const { excluded, train, test } = splitOf(infos, { duplicates: [[masked, trained]] });
    const sides = [train, test].filter((part) => part.includes(masked) || part.includes(trained));
    expect(sides).toHaveLength(1);
    for (const { reason } of excluded) expect(reason).toMatch(/one that looks the same, is in the \w+ part$/);
  });

  it('is the same for a seed, and another for another', () => {
    const infos = mix(20, 40, 60);
    expect(splitOf(infos)).toEqual(splitOf(infos));
    expect(splitOf(infos, { seed: 2 }).test).not.toEqual(splitOf(infos).test);
  });

  it('leaves out what cannot be read and what stands under both labels, with the reason', () => {
    const infos = [...mix(10, 20, 30), info('covid-ct/covid/71%0.jpg', { source: 'covid-ct', covid: 1 })];
    const { excluded, train, validation, test } = splitOf(infos, { unreadable: new Map([['ill-3', 'broken']]) });
    expect(excluded).toEqual([
      { id: 'ill-3', reason: 'broken' },
      { id: 'covid-ct/covid/71%0.jpg', reason: 'COVID-CT has the picture under both labels' },
    ]);
    expect([...train, ...validation, ...test]).not.toContain('ill-3');
  });

  it('halves the official lists of COVID-CT that are not for training, or keeps them for the test', () => {
    const named = Array.from({ length: 60 }, (_, i) => {
      const official = i < 40 ? 'train' : 'val';
      return info(`${i}`, { source: 'covid-ct', covid: (i % 2) as 0 | 1, official });
    });
    const [train, val] = [named.slice(0, 40), named.slice(40)].map(ids);
    const halved = splitOf(named);
    expect(halved.train.slice().sort()).toEqual(train);
    expect([halved.validation.length, halved.test.length]).toEqual([10, 10]);
    const kept = splitOf(named, { official: 'test' });
    expect(kept.test.slice().sort()).toEqual(val);
    expect([...kept.train, ...kept.validation].sort()).toEqual(train);
    expect(kept.validation).toHaveLength(6);
  });

  it("keeps to a manifest's three parts", () => {
    const named = ['train', 'val', 'test', 'train', 'test', ''].map((official, i) => info(`${i}`, { official }));
    const { train, validation, test, excluded } = splitOf(named);
    expect([train, validation, test]).toEqual([['0', '3'], ['1'], ['2', '4']]);
    expect(excluded).toEqual([{ id: '5', reason: 'the manifest names no part for it' }]);
  });

  it.each([1, 2, 3, 4])('has masks of patients of two in every part of every fold, seed %i', (seed) => {
    const infos = mix(30, 30, 60).map((one, i) => ({ ...one, patient: `patient ${Math.floor(i / 2)}` }));
    for (const fold of [0, 1]) {
      const { counts } = splitOf(infos, { seed, fold: { folds: 2, fold } });
      for (const { part, source, masks } of counts)
        if (source === 'masks') expect([part, masks > 0]).toEqual([part, true]);
    }
  });

  it('tests every image in one fold', () => {
    const infos = mix(20, 40, 60);
    const folds = [0, 1, 2].map((fold) => splitOf(infos, { fold: { folds: 3, fold } }));
    expect(folds.flatMap(({ test }) => test).sort()).toEqual(ids(infos));
    for (const { train, validation, test } of folds) {
      expect([...train, ...validation, ...test].sort()).toEqual(ids(infos));
      const validates = (isMasked: boolean): number => {
        const of = (part: readonly string[]) => part.filter((id) => id.startsWith('masked') === isMasked).length;
        return of(validation) / (of(train) + of(validation));
      };
      // 5 : 2 of images with a mask, 8 : 1 of the others.
      expect(validates(true)).toBeCloseTo(2 / 7, 1);
      expect(validates(false)).toBeCloseTo(1 / 9, 1);
    }
  });
});

describe('groupImages', () => {
  it('reads patients of COVID-CT from the names', () => {
    const names = [
      'covid-ct/covid/2020.03.04.20031047-p13-84%0.png',
      'covid-ct/covid/2020.03.04.20031047-p12-81.png',
      'covid-ct/covid/2020.02.25.20021568-p24-111%8.png',
      'covid-ct/noncovid/40%0.jpg',
      'covid-ct/noncovid/40%1.jpg',
      'covid-ct/noncovid/41.jpg',
      'covid-ct/noncovid/7.png',
      'covid-ct/noncovid/8.png',
      'covid-ct/noncovid/10.png',
    ];
    const groups = groupImages(
      names.map((name) => info(name)),
      [],
    );
    const of = names.map((name) => groups.get(name));
    const together = names.map((_, i) => of.indexOf(of[i]));
    expect(together).toEqual([0, 0, 2, 3, 3, 5, 6, 6, 8]);
  });
});

describe('checkNeeds', () => {
  const check = (infos: readonly ImageInfo[], options: Partial<GridOptions> = {}, split?: Partial<SplitRecord>) =>
    checkNeeds(
      { ...splitOf(infos), ...split },
      infos,
      declareGrid('quick', { mixedSource: findMixedSource(infos), ...options }),
    );

  it('is content with all kinds in all parts', () => {
    expect(check(mix(40, 130, 130))).toEqual([]);
  });

  it('refuses images without masks where runs segment, and names the studies that do without', () => {
    const infos = mix(0, 60, 80);
    expect(() => check(infos)).toThrow(
      'made up: no image with a mask, which the runs need. ' +
        'Add some, or choose studies that do without (--only covid-ct).',
    );
    expect(check(infos, { only: ['covid-ct'] })).toEqual([]);
  });

  it('refuses images of one class', () => {
    expect(() => check(mix(40, 60, 0))).toThrow('made up: no image without COVID-19, which the runs need. Add some');
    expect(() => check(mix(0, 0, 60), { only: ['experiment-3'] })).toThrow('no image with a mask');
    const unknown = mix(40, 0, 0).map((one) => ({ ...one, covid: null }));
    expect(() => check(unknown)).toThrow('made up: no image with COVID-19, which the runs need.');
  });

  it('refuses a part of one class, and proposes another split', () => {
    const infos = mix(40, 60, 80);
    const { test } = splitOf(infos);
    const ill = test.filter((id) => !id.startsWith('healthy'));
    expect(() => check(infos, {}, { test: ill })).toThrow(
      'made up: no image without COVID-19 in its test part, which the runs need. Add some, try another --split-seed, ' +
        'or choose studies that do without (--only source).',
    );
    expect(() => check(infos, {}, { test: [], validation: [] })).toThrow(
      'no image with a mask in its validation and test part',
    );
  });

  it('refuses a source that lacks a class in a part, for the runs on that source alone', () => {
    const infos = [...mix(40, 60, 80), ...mix(0, 0, 40).map((one) => ({ ...one, id: `x${one.id}`, source: 'x' }))];
    const { validation } = splitOf(infos);
    const part = validation.filter((id) => !id.startsWith('healthy'));
    expect(() => check(infos, {}, { validation: part })).toThrow(
      'made up: no image without COVID-19 of both in its validation part, which the runs need. Add some, ' +
        'try another --split-seed, or choose studies that do without (--only experiment-1,experiment-2,experiment-3,' +
        'masks,labels,source,settings,tuned).',
    );
  });

  it('refuses the control where a part has images of one source alone', () => {
    const infos = mix(40, 60, 80);
    const { test } = splitOf(infos);
    const [both, masks] = ['both', 'masks'].map((source) =>
      test.filter((id) => infos.find((one) => one.id === id)?.source === source),
    );
    const only = ['source'] as const;
    expect(() => check(infos, { only }, { test: both })).toThrow(
      'made up: no image of another source than both in its test part, which the runs need. Add some, try another --split-seed.',
    );
    expect(() => check(infos, { only }, { test: masks })).toThrow('no image of source both in its test part');
    expect(check(infos, { only })).toEqual([]);
  });

  it('notes fewer images of a class than runs are to have labels', () => {
    // Of 130 and 100 images eight tenths are trained on, and half of the images with a mask: 104 + 20, and 80.
    expect(check(mix(40, 130, 100))).toEqual([
      'Training has 124 images with COVID-19 and 80 without: runs that are to have more of either, up to 200 labels in ' +
        'equal parts, get these.',
    ]);
  });

  it('notes a source with a single image, and fewer masks than runs ask for', () => {
    const infos = [...mix(30, 130, 130), info('alone', { source: 'x' })];
    expect(check(infos)).toEqual([
      expect.stringMatching(/^Source x has no image in (train|validation|test) and (validation|test): too few/),
      'Training has 15 masks: runs with more, up to 20, get these.',
    ]);
  });

  it.each([1, 2, 3, 4])('does not fall over %i masks that no run needs', (masks) => {
    const infos = mix(masks, 60, 80);
    const { train, validation, test } = splitOf(infos);
    expect([...train, ...validation, ...test].sort()).toEqual(ids(infos));
    const notices = check(infos, { only: ['covid-ct'] });
    expect(notices).toEqual(
      masks > 2 ? [] : [expect.stringMatching(/^Source masks has no image in validation and test/)],
    );
    if (masks < 3) expect(() => check(infos)).toThrow('no image with a mask in its validation and test part');
  });
});

describe('prepareSplits', () => {
  const image = { data: new Uint8Array(64).map((_, i) => 3 * i), shape: [8, 8, 1] };

  async function put(rows: readonly string[]): Promise<void> {
    await mkdir(path('data'), { recursive: true });
    await mkdir(path('out'), { recursive: true });
    await writeFile(path('data', 'manifest.csv'), `image,mask,covid,source\n${rows.join('\n')}\n`);
  }
  const prepare = async (options: Partial<Parameters<typeof prepareSplits>[1]> = {}, check = () => undefined) => {
    const images = await openImages({ data: path('data'), phantoms: 0 }, 8);
    return prepareSplits(images, { out: path('out'), onError: 'fail', splitSeed: 1, ...options }, check);
  };
  /** 30 images that are far from each other. */
  async function putImages(): Promise<void> {
    const names = Array.from({ length: 30 }, (_, i) => `${i}.png`);
    await put(names.map((name, i) => `${name},,${i % 2},a`));
    for (const [i, name] of names.entries()) {
      const data = Uint8Array.from({ length: 64 }, (_, at) => ((at * (2 * i + 3) * 7919 + i * 104729) >> 3) % 256);
      await writePng(path('data', name), { data, shape: [8, 8, 1] });
    }
  }

  it('ends at files that cannot be read or are missing, or leaves them out and says why', async () => {
    await putImages();
    await writeFile(path('data', '4.png'), 'no image');
    await rm(path('data', '7.png'));
    await put(Array.from({ length: 30 }, (_, i) => `${i}.png,${i === 9 ? 'gone.png' : ''},${i % 2},a`));
    const refused = prepare();
    await expect(refused).rejects.toThrow(/^3 of 30 images cannot be read; --on-error skip leaves them out:\n {2}/);
    await expect(refused).rejects.toThrow(/4.png: expected a PNG, JPEG or TIFF image, found text/);
    await expect(refused).rejects.toThrow(/7.png: expected an image file: ENOENT/);
    expect(await readdir(path('out'))).toEqual([]);
    const [{ split }] = await prepare({ onError: 'skip' });
    expect(split.excluded.map(({ id }) => id)).toEqual(['4.png', '7.png', '9.png']);
    expect(split.excluded[2].reason).toContain('gone.png');
    expect(split.train.length + split.validation.length + split.test.length).toBe(27);
  });

  it('refuses images of which none can be read', async () => {
    await put(['a.png,,1,a', 'b.png,,0,a']);
    await expect(prepare({ onError: 'skip' })).rejects.toThrow('none of the 2 images can be read.');
  });

  it('keeps the split that a folder has, and refuses another seed and other images', async () => {
    await putImages();
    const [first] = await prepare();
    expect(await prepare()).toEqual([first]);
    await expect(prepare({ splitSeed: 2 })).rejects.toThrow(
      'the folder has --split-seed 1, got 2. Choose another --out',
    );
    await writePng(path('data', 'new.png'), image);
    await put([...Array.from({ length: 30 }, (_, i) => `${i}.png,,${i % 2},a`), 'new.png,,0,a']);
    await expect(prepare()).rejects.toThrow('the data have changed since: there are new images.');
    await put(Array.from({ length: 29 }, (_, i) => `${i + 1}.png,,${i % 2},a`));
    await expect(prepare()).rejects.toThrow('the data have changed since: 1 of its images are gone, as 0.png.');
  });

  it('writes nothing where a split is refused, so that another can be tried', async () => {
    await putImages();
    const refuse = () => {
      throw new Error('refused');
    };
    await expect(prepare({ folds: 3 }, refuse)).rejects.toThrow('refused');
    expect(await readdir(path('out'))).toEqual([]);
    const splits = await prepare({ folds: 3, splitSeed: 2 });
    expect((await readdir(path('out'))).sort()).toEqual([0, 1, 2].map((fold) => `split-3-folds-${fold}.json`));
    expect(new Set(splits.map(({ sha256 }) => sha256)).size).toBe(3);
  });
});
