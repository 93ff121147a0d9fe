import type { RunConfig } from '../records';
import { inStudies, MAIN_STUDIES } from './contenders';
import type { Measured } from './measure';

/** What is to be compared, fixed by the grid before any result. */
export interface Pairing {
  /** Comparisons whose p-values are corrected together. */
  readonly family: string;
  readonly score: 'dice' | 'auc';
  readonly a: Measured;
  readonly b: Measured;
  /** Only the test images of this source. */
  readonly source?: string;
}

export const FAMILIES = {
  main: 'Three tasks against every other model of its size',
  masks: 'With few masks: tasks that share against the U-Net',
  labels: 'Three tasks against the CNN with few labels',
  source: 'Within the source that has both classes',
  settings: 'One change of a setting at a time',
  tuned: 'Tuned alike: three tasks against the other models',
  pretrained: 'On one pretrained encoder: three tasks against the other models',
} as const;

export const hasThreeTasks = ({ config }: Pick<Measured, 'config'>): boolean =>
  config.model === 'amyar2020' && config.tasks.length === 3;

const segments = ({ config }: Measured): boolean => config.tasks.includes('segmentation');
const classifies = ({ config }: Measured): boolean => config.tasks.includes('classification');

function against(family: string, three: Measured, others: readonly Measured[]): Pairing[] {
  return others.flatMap((other) => [
    ...(segments(other) ? [{ family, score: 'dice' as const, a: three, b: other }] : []),
    ...(classifies(other) ? [{ family, score: 'auc' as const, a: three, b: other }] : []),
  ]);
}

function mainPairings(measured: readonly Measured[]): Pairing[] {
  const own = inStudies(measured, ...MAIN_STUDIES);
  return own.filter(hasThreeTasks).flatMap((three) =>
    against(
      FAMILIES.main,
      three,
      own.filter((other) => !hasThreeTasks(other) && other.config.size === three.config.size),
    ),
  );
}

/** Each multitask model against another one at each count, but three tasks with all, which the main family has. */
function countPairings(
  measured: readonly Measured[],
  study: 'masks' | 'labels',
  { model, score, family }: { model: RunConfig['model']; score: Pairing['score']; family: string },
): Pairing[] {
  const own = inStudies(measured, study);
  return own
    .filter((one) => one.config.model === 'amyar2020' && !(hasThreeTasks(one) && one.config[study] === null))
    .flatMap((one) => {
      const other = own.find(({ config }) => config.model === model && config[study] === one.config[study]);
      return other === undefined ? [] : [{ family, score, a: one, b: other }];
    });
}

/** Within the mixed source: the three tasks against the CNN, trained on the mix, and what was trained on it alone. */
function sourcePairings(measured: readonly Measured[], source: string | null): Pairing[] {
  if (source === null) return [];
  const pairing = (a: Measured, b: Measured): Pairing => ({ family: FAMILIES.source, score: 'auc', a, b, source });
  const main = inStudies(measured, ...MAIN_STUDIES);
  const mixed = main.filter(hasThreeTasks).flatMap((three) => {
    const cnn = main.find(({ config }) => config.model === 'cnn8' && config.size === three.config.size);
    return cnn === undefined ? [] : [pairing(three, cnn)];
  });
  const alone = inStudies(measured, 'covid-ct').filter(({ config }) => config.images !== 'mix');
  const multitask = alone.find(({ config }) => config.model === 'amyar2020');
  const cnn = alone.find(({ config }) => config.model === 'cnn8');
  return multitask && cnn ? [...mixed, pairing(multitask, cnn)] : mixed;
}

/** What the settings study starts from, and what it changes, one at a time. */
export function readSettings<C extends Pick<Measured, 'places'>>(
  contenders: readonly C[],
): { readonly start: C; readonly changes: readonly C[] } | null {
  const own = inStudies(contenders, 'settings');
  if (own.length === 0) return null;
  const start = own.find((one) => inStudies([one], ...MAIN_STUDIES).length > 0) ?? own[0];
  return { start, changes: own.filter((one) => one !== start) };
}

function settingPairings(measured: readonly Measured[]): Pairing[] {
  const settings = readSettings(measured);
  if (settings === null) return [];
  return settings.changes.flatMap((changed) => against(FAMILIES.settings, changed, [settings.start]));
}

/** The three tasks against each other model of a study that has the same size and as many masks. */
function pairingsOf(measured: readonly Measured[], study: string, family: string): Pairing[] {
  const own = inStudies(measured, study);
  return own.filter(hasThreeTasks).flatMap((three) =>
    against(
      family,
      three,
      own.filter(
        (other) =>
          !hasThreeTasks(other) && other.config.size === three.config.size && other.config.masks === three.config.masks,
      ),
    ),
  );
}

/** All comparisons, in families: what is compared hangs on the grid alone. */
export function declarePairings(measured: readonly Measured[], mixedSource: string | null): Pairing[] {
  return [
    ...mainPairings(measured),
    ...countPairings(measured, 'masks', { model: 'unet', score: 'dice', family: FAMILIES.masks }),
    ...countPairings(measured, 'labels', { model: 'cnn8', score: 'auc', family: FAMILIES.labels }),
    ...sourcePairings(measured, mixedSource),
    ...settingPairings(measured),
    ...pairingsOf(measured, 'tuned', FAMILIES.tuned),
    ...['pretrained', 'pretrained-longer', 'pretrained-large', 'frozen'].flatMap((study) =>
      pairingsOf(measured, study, FAMILIES.pretrained),
    ),
  ];
}
