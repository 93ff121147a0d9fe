import type { Grid } from '../grid/grids';
import { STUDIES } from '../grid/studies';
import type { RunConfig, SplitRecord } from '../records';
import { findMixedSource, type ImageInfo } from './images';
import { PARTS, type Part } from './split';

/** Images that some runs need in each part. */
interface Need {
  readonly what: string;
  readonly isMet: (info: ImageInfo) => boolean;
}

function needsOf({ tasks, target, images, classesOf }: RunConfig, mixed: string | null): Need[] {
  const among = (wanted: string | null) => ({
    of: wanted === null ? '' : ` of ${wanted}`,
    own: ({ source }: ImageInfo) => wanted === null || source === wanted,
  });
  const one = images === 'mix' || images === 'labelled' ? null : images;
  const masks = among(one);
  const classes = among(classesOf ?? one);
  const masked: Need = { what: `with a mask${masks.of}`, isMet: (info) => masks.own(info) && info.mask };
  const ill: Need = { what: `with COVID-19${classes.of}`, isMet: (info) => classes.own(info) && info.covid === 1 };
  const healthy: Need = {
    what: `without COVID-19${classes.of}`,
    isMet: (info) => classes.own(info) && info.covid === 0,
  };
  const asked: Need = { what: `of source ${mixed}`, isMet: ({ source }) => source === mixed };
  const others: Need = { what: `of another source than ${mixed}`, isMet: ({ source }) => source !== mixed };
  return [
    ...(tasks.includes('segmentation') ? [masked] : []),
    ...(tasks.includes('classification') ? (target === 'covid' ? [ill, healthy] : [asked, others]) : []),
  ];
}

/**
 * Looks whether each part has what the runs need; returns notices of what is rare.
 *
 * @throws Error that names the part, what it lacks, and the studies that do not need it.
 */
export function checkNeeds(split: SplitRecord, infos: readonly ImageInfo[], { runs, arms }: Grid): string[] {
  const byId = new Map(infos.map((info) => [info.id, info]));
  const count = (part: Part, test: (info: ImageInfo) => boolean): number =>
    split[part].filter((id) => test(byId.get(id) as ImageInfo)).length;

  const mixed = findMixedSource(infos);
  const lackingOf = ({ isMet }: Need): Part[] => PARTS.filter((part) => count(part, isMet) === 0);
  const isServed = (run: RunConfig): boolean => needsOf(run, mixed).every((need) => lackingOf(need).length === 0);
  const unmet = runs.flatMap((run) => needsOf(run, mixed)).find((need) => lackingOf(need).length > 0);
  if (unmet !== undefined) {
    const lacking = lackingOf(unmet);
    const everywhere = lacking.length === PARTS.length;
    const without = Object.keys(STUDIES).filter((study) => {
      const own = arms.filter((arm) => arm.study === study);
      return own.length > 0 && own.every(({ run }) => isServed(runs[run]));
    });
    const ways = [
      everywhere ? 'Add some' : 'Add some, try another --split-seed',
      ...(without.length > 0 ? [`choose studies that do without (--only ${without.join(',')})`] : []),
    ];
    const where = everywhere ? '' : ` in its ${lacking.join(' and ')} part`;
    throw new Error(`${split.data}: no image ${unmet.what}${where}, which the runs need. ${ways.join(', or ')}.`);
  }

  const rare = [...new Set(infos.map(({ source }) => source))].flatMap((source) => {
    const missing = PARTS.filter((part) => count(part, (info) => info.source === source) === 0);
    if (missing.length === 0) return [];
    return [
      `Source ${source} has no image in ${missing.join(' and ')}: too few, or too few patients. Scores say nothing of it there.`,
    ];
  });
  const mostOf = (study: 'masks' | 'labels'): number => Math.max(0, ...runs.map((run) => run[study] ?? 0));
  const [masks, labels] = [mostOf('masks'), mostOf('labels')];
  const known = {
    masks: count('train', ({ mask }) => mask),
    ill: count('train', ({ covid }) => covid === 1),
    healthy: count('train', ({ covid }) => covid === 0),
  };
  const few = [
    ...(masks > known.masks ? [`Training has ${known.masks} masks: runs with more, up to ${masks}, get these.`] : []),
    ...(labels / 2 > Math.min(known.ill, known.healthy)
      ? [
          `Training has ${known.ill} images with COVID-19 and ${known.healthy} without: runs that are to have more of ` +
            `either, up to ${labels} labels in equal parts, get these.`,
        ]
      : []),
  ];
  return [...rare, ...few];
}
