import { averagePrecision, calibrationError, quantiles, score } from 'tfjs-multitask/metrics';
import { type Contender, inStudies, MAIN_STUDIES } from './contenders';
import { type BootstrapOptions, estimate, summarize } from './estimate';
import { type Replicate, readReplicates, sharedIds, type TestCase } from './replicates';
import type { Estimate, ScoreName, Scores } from './score-names';
import { aucOf, MEANS, type Weighted, weightedMean } from './statistics';

/** Bins of the calibration error and of the reliability diagram: few, for some hundred test images. */
export const CALIBRATION_BINS = 10;

/** The AUC among the test images of one source. */
export interface SourceAuc {
  readonly source: string;
  readonly positives: number;
  readonly negatives: number;
  readonly auc: Estimate | null;
}

/** A contender with what came out. */
export interface Measured extends Contender {
  readonly replicates: readonly Replicate[];
  /** The test images that all seeds scored. */
  readonly ids: readonly string[];
  readonly scores: Scores;
  /** The mean over the seeds, of each image with a lesion. */
  readonly diceByImage: ReadonlyMap<string, number>;
  /** Lower quartile, median and upper quartile of these. */
  readonly diceQuartiles: readonly number[] | null;
  /** Of the sources that have both classes. */
  readonly sources: readonly SourceAuc[];
}

type Means = keyof typeof MEANS;

function casesOf({ cases }: Replicate, ids: readonly string[]): TestCase[] {
  return ids.map((id) => cases.get(id) as TestCase);
}

/** How many images count for a score, which is the same for all seeds. */
const countOf = (values: readonly (number | null)[]): number => values.filter((value) => value !== null).length;

/** The AUC over seeds of some test images. */
async function estimateAuc(
  replicates: readonly Replicate[],
  ids: readonly string[],
  options: BootstrapOptions,
): Promise<Estimate | null> {
  const seeds = replicates.map((replicate) => casesOf(replicate, ids));
  const n = countOf((seeds[0] ?? []).map(({ truth, probability }) => (probability === null ? null : truth)));
  return n === 0 ? null : estimate(ids, seeds.map(aucOf), n, options);
}

/** Without options: without an interval. */
async function estimateMean(
  name: Means,
  replicates: readonly Replicate[],
  ids: readonly string[],
  options: BootstrapOptions | null,
): Promise<Estimate | null> {
  const values = replicates.map((replicate) => casesOf(replicate, ids).map(MEANS[name]));
  const n = countOf(values[0] ?? []);
  if (n === 0) return null;
  const seeds: Weighted[] = values.map(weightedMean);
  if (options !== null) return estimate(ids, seeds, n, options);
  const ones = new Float64Array(ids.length).fill(1);
  return summarize(
    seeds.map((score) => score(ones)),
    n,
  );
}

/** What has an interval: all that is shown of a contender of the paper's comparison, and the main scores of others. */
function hasInterval(name: Means, contender: Contender): boolean {
  if (name === 'brier' || name === 'mse') return false;
  return name === 'dice' || name === 'accuracy' || inStudies([contender], ...MAIN_STUDIES).length > 0;
}

/** Scores of the library that have no interval here, one for each seed. */
async function summarizeRanking(replicates: readonly Replicate[], ids: readonly string[]) {
  const metrics = {
    averagePrecision: averagePrecision(),
    calibrationError: calibrationError({ bins: CALIBRATION_BINS }),
  };
  const perSeed = { averagePrecision: [] as number[], calibrationError: [] as number[] };
  let n = 0;
  for (const replicate of replicates) {
    const known = casesOf(replicate, ids).filter(({ truth, probability }) => truth !== null && probability !== null);
    n = known.length;
    const truth = Float64Array.from(known, (one) => one.truth as number);
    const probability = Float64Array.from(known, (one) => one.probability as number);
    perSeed.averagePrecision.push(await score(metrics.averagePrecision, truth, probability));
    perSeed.calibrationError.push(await score(metrics.calibrationError, truth, probability));
  }
  return {
    averagePrecision: summarize(perSeed.averagePrecision, n),
    calibrationError: summarize(perSeed.calibrationError, n),
  };
}

/** The mean over the seeds of what each image scored. */
export function averageByImage(
  replicates: readonly Replicate[],
  ids: readonly string[],
  read: (one: TestCase) => number | null,
): Map<string, number> {
  const entries = ids.flatMap((id) => {
    const values = replicates.map(({ cases }) => read(cases.get(id) as TestCase));
    if (values.length === 0 || values.includes(null)) return [];
    return [[id, (values as number[]).reduce((sum, value) => sum + value, 0) / values.length] as const];
  });
  return new Map(entries);
}

async function measureSources(
  replicates: readonly Replicate[],
  ids: readonly string[],
  options: BootstrapOptions,
): Promise<SourceAuc[]> {
  if (replicates.length === 0) return [];
  const cases = casesOf(replicates[0], ids).filter(({ truth, probability }) => truth !== null && probability !== null);
  const sources: SourceAuc[] = [];
  for (const source of [...new Set(cases.map((one) => one.source))].sort()) {
    const own = cases.filter((one) => one.source === source);
    const positives = own.filter(({ truth }) => truth === 1).length;
    const negatives = own.length - positives;
    if (positives === 0 || negatives === 0) continue;
    const among = own.map(({ id }) => id);
    sources.push({ source, positives, negatives, auc: await estimateAuc(replicates, among, options) });
  }
  return sources;
}

/** Scores a contender on the test images that all of its seeds have. */
export async function measure(contender: Contender, options: BootstrapOptions): Promise<Measured> {
  const replicates = await readReplicates(contender.runs);
  const ids = sharedIds(replicates);
  const mean = (name: Means) => estimateMean(name, replicates, ids, hasInterval(name, contender) ? options : null);
  const flipped = await readReplicates(contender.runs, ({ flips }) => flips);
  const flippedIds = sharedIds(flipped);
  const diceByImage = averageByImage(replicates, ids, MEANS.dice);
  const own = Object.fromEntries(
    await Promise.all((Object.keys(MEANS) as Means[]).map(async (name) => [name, await mean(name)] as const)),
  ) as Record<Means, Estimate | null>;
  const scores: Record<ScoreName, Estimate | null> = {
    ...own,
    ...(await summarizeRanking(replicates, ids)),
    auc: await estimateAuc(replicates, ids, options),
    flipsDice: await estimateMean('dice', flipped, flippedIds, options),
    flipsAuc: await estimateAuc(flipped, flippedIds, options),
  };
  return {
    ...contender,
    replicates,
    ids,
    scores,
    diceByImage,
    diceQuartiles: diceByImage.size === 0 ? null : quantiles([...diceByImage.values()]),
    sources: await measureSources(replicates, ids, options),
  };
}
