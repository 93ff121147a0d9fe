import { bootstrapInterval, delongTest, holm, wilcoxonSignedRank } from 'tfjs-multitask/metrics';
import { type BootstrapOptions, orNull } from './estimate';
import { averageByImage, type Measured } from './measure';
import type { Pairing } from './pairings';
import type { TestCase } from './replicates';
import { aucOf, MEANS, type Weighted, weightedMean } from './statistics';

/** A paired comparison on the images that both contenders scored. */
export interface Comparison {
  readonly family: string;
  readonly score: 'dice' | 'auc';
  readonly a: string;
  readonly b: string;
  readonly source: string | null;
  readonly n: number;
  /** Of the means over the seeds, a - b, with its bootstrap interval over the images. */
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly test: 'Wilcoxon' | 'DeLong';
  /** Two-sided; null where the test is not defined. */
  readonly p: number | null;
  /** Adjusted by Holm's rule within the family. */
  readonly pHolm: number | null;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean over a contender's seeds as a function of the weights of the images. */
function overSeeds({ replicates }: Measured, ids: readonly string[], score: Pairing['score']): Weighted {
  const seeds = replicates.map(({ cases }) => {
    const own = ids.map((id) => cases.get(id) as TestCase);
    return score === 'auc' ? aucOf(own) : weightedMean(own.map(MEANS.dice));
  });
  return (weights) => mean(seeds.map((seed) => seed(weights)));
}

async function testAuc(a: Measured, b: Measured, ids: readonly string[]): Promise<number> {
  const probability = (one: TestCase): number | null => one.probability;
  const [ofA, ofB] = [a, b].map(({ replicates }) => averageByImage(replicates, ids, probability));
  const truth = ids.map((id) => (a.replicates[0].cases.get(id) as TestCase).truth as number);
  const values = (means: Map<string, number>): number[] => ids.map((id) => means.get(id) as number);
  return (await delongTest(truth, values(ofA), values(ofB))).p;
}

/** Rounding errors of a mean over seeds must not part equal differences. */
const rounded = (value: number): number => Number(value.toFixed(12));

function testDice(a: Measured, b: Measured, ids: readonly string[]): number {
  const values = ({ diceByImage }: Measured): number[] => ids.map((id) => diceByImage.get(id) as number);
  const [ofA, ofB] = [values(a), values(b)];
  const differences = ofA.map((value, i) => rounded(value - ofB[i]));
  return wilcoxonSignedRank(differences, new Float64Array(ids.length)).p;
}

/** The images that both scored, of one source where it is named. */
function commonIds({ a, b, score, source }: Pairing): string[] {
  if (a.replicates.length === 0 || b.replicates.length === 0) return [];
  const others = new Set(b.ids);
  return a.ids.filter((id) => {
    const one = a.replicates[0].cases.get(id) as TestCase;
    if (!others.has(id) || (source !== undefined && one.source !== source)) return false;
    if (score === 'dice') return a.diceByImage.has(id) && b.diceByImage.has(id);
    const other = b.replicates[0].cases.get(id) as TestCase;
    return one.truth !== null && one.probability !== null && other.probability !== null;
  });
}

async function compare(pairing: Pairing, { resamples, groupOf }: BootstrapOptions): Promise<Comparison> {
  const { family, score, a, b, source } = pairing;
  const ids = commonIds(pairing);
  const named = { family, score, a: a.label, b: b.label, source: source ?? null, n: ids.length };
  const test = score === 'dice' ? ('Wilcoxon' as const) : ('DeLong' as const);
  if (ids.length === 0) return { ...named, difference: null, low: null, high: null, test, p: null, pHolm: null };
  const [ofA, ofB] = [a, b].map((contender) => overSeeds(contender, ids, score));
  const { value, low, high } = await bootstrapInterval(ids.length, (weights) => ofA(weights) - ofB(weights), {
    resamples,
    seed: 1,
    groups: ids.map(groupOf),
  });
  const p = score === 'dice' ? testDice(a, b, ids) : await testAuc(a, b, ids);
  return { ...named, difference: orNull(value), low: orNull(low), high: orNull(high), test, p: orNull(p), pHolm: null };
}

/** Compares all pairs and adjusts the p-values of each family. */
export async function compareAll(pairings: readonly Pairing[], options: BootstrapOptions): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const pairing of pairings) found.push(await compare(pairing, options));
  const adjusted = new Map<Comparison, number>();
  for (const family of new Set(found.map((one) => one.family))) {
    const own = found.filter((one) => one.family === family && one.p !== null);
    for (const [i, p] of holm(own.map((one) => one.p as number)).entries()) adjusted.set(own[i], p);
  }
  return found.map((one) => ({ ...one, pHolm: adjusted.get(one) ?? null }));
}
