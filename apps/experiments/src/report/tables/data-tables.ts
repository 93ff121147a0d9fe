import type { SplitRecord } from '../../records';
import { formatSeconds, NONE } from '../format';
import type { Results } from '../results';
import { cell, header, type Table } from '../table';

const PARTS = ['train', 'validation', 'test'] as const;

/** How many images of each source, class and kind of label each part has, of the fixed split or of each fold. */
export function splitTables(splits: readonly SplitRecord[]): Table[] {
  if (splits.length < 2) return splits.map((split) => splitTable(split, 'split-table', 'The split'));
  return splits.map((split, i) =>
    splitTable(split, `split-table-${i + 1}`, `The split, fold ${i + 1} of ${splits.length}`),
  );
}

function splitTable(split: SplitRecord, id: string, name: string): Table {
  const own = PARTS.flatMap((part) => {
    const counts = split.counts.filter((count) => count.part === part);
    const sum = (key: 'images' | 'covid' | 'notCovid' | 'masks'): number =>
      counts.reduce((total, count) => total + count[key], 0);
    return [
      ...counts.map((count) => ({ ...count, total: false })),
      {
        part,
        source: 'together',
        images: sum('images'),
        covid: sum('covid'),
        notCovid: sum('notCovid'),
        masks: sum('masks'),
        total: true,
      },
    ];
  });
  return {
    id,
    caption: `${name}: images of each part by source and class`,
    columns: ['Part', 'Source', 'Images', 'COVID-19', 'Not COVID-19', 'With a mask'],
    rows: own.map(({ part, source, images, covid, notCovid, masks }, i) => {
      const first = own.findIndex((other) => other.part === part) === i;
      return [
        first ? header(part, own.filter((other) => other.part === part).length) : null,
        cell(source),
        cell(images),
        cell(covid),
        cell(notCovid),
        cell(masks),
      ];
    }),
    notes: [
      'Table 1 of the paper, for orientation (not COVID-19 / COVID-19 / together): train 495 / 349 / 844, validation 50 / 50 / 100, test 50 / 50 / 100; masks 50, 20 and 30.',
      `${split.groups.length} groups of images that show the same patient or nearly the same picture (${split.groups.reduce((sum, ids) => sum + ids.length, 0)} images) were kept on one side. Seed ${split.seed}.`,
    ],
  };
}

/** Images that no part has, by reason. */
export function exclusionTable(splits: readonly SplitRecord[]): Table | null {
  const excluded = splits.flatMap((split) => split.excluded);
  if (excluded.length === 0) return null;
  const reasons = [...new Set(excluded.map(({ reason }) => reason))];
  return {
    id: 'exclusion-table',
    caption: 'Images left out',
    columns: ['Reason', 'Images', 'For example'],
    rows: reasons.map((reason) => {
      const ids = [...new Set(excluded.filter((one) => one.reason === reason).map(({ id }) => id))];
      return [cell(reason), cell(ids.length), cell(ids.slice(0, 3).join(', '))];
    }),
  };
}

/** The models: their size and what their training took. */
export function modelTable({ contenders }: Results): Table {
  return {
    id: 'model-table',
    caption: 'Every model of the grid',
    columns: ['Model', 'Parameters', 'Seeds', 'Runs', 'Training, a run', 'Studies'],
    rows: contenders.map(({ label, parameters, seeds, finished, planned, secondsPerRun, places }) => [
      header(label),
      cell(parameters === null ? NONE : parameters.toLocaleString('en')),
      cell(seeds.join(', ') || NONE),
      cell(`${finished} of ${planned}`),
      cell(secondsPerRun === null ? NONE : formatSeconds(secondsPerRun)),
      cell([...new Set(places.map(({ study }) => study))].join(', ')),
    ]),
  };
}

/** What is missing from the report. */
export function missingTable({ missing }: Results): Table | null {
  if (missing.length === 0) return null;
  return {
    id: 'missing-table',
    caption: 'Runs that are missing here',
    columns: ['Run', 'Why'],
    rows: missing.map(({ id, reason }) => [header(id), cell(reason)]),
  };
}
