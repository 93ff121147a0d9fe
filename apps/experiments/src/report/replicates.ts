import { score, sensitivityAtSpecificity } from 'tfjs-multitask/metrics';
import type { PredictionRecord, RunScores } from '../records';
import type { FinishedRun } from './read-experiment';

/** What one seed's model says of one test image. */
export interface TestCase extends PredictionRecord {
  /** Whether the probability reaches a threshold that was chosen on validation; null without one. */
  readonly atYouden: boolean | null;
  readonly atSpecificity: boolean | null;
}

/** The test images of one seed; with cross-validation those of all folds, each scored by the model that never saw it. */
export interface Replicate {
  readonly seed: number;
  readonly cases: ReadonlyMap<string, TestCase>;
}

/** The specificity on validation that the second operating point is chosen for. */
export const ASKED_SPECIFICITY = 0.9;

async function readCases({ thresholds, predictions }: RunScores): Promise<TestCase[]> {
  const validation = predictions.filter(
    ({ part, truth, probability }) => part === 'validation' && truth !== null && probability !== null,
  );
  const { threshold } = await score(
    sensitivityAtSpecificity(ASKED_SPECIFICITY),
    Float64Array.from(validation, ({ truth }) => truth as number),
    Float64Array.from(validation, ({ probability }) => probability as number),
  );
  const reaches = (probability: number | null, limit: number | null): boolean | null =>
    probability === null || limit === null || Number.isNaN(limit) ? null : probability >= limit;
  return predictions
    .filter(({ part }) => part === 'test')
    .map((record) => ({
      ...record,
      atYouden: reaches(record.probability, thresholds.classification),
      atSpecificity: reaches(record.probability, threshold),
    }));
}

/** One replicate for each seed of the runs, in the order of the seeds. */
export async function readReplicates(
  runs: readonly FinishedRun[],
  scoresOf: (run: FinishedRun) => RunScores | null = ({ scores }) => scores,
): Promise<Replicate[]> {
  const bySeed = new Map<number, Map<string, TestCase>>();
  for (const run of runs) {
    const scores = scoresOf(run);
    if (scores === null) continue;
    const cases = bySeed.get(run.info.config.seed) ?? new Map<string, TestCase>();
    for (const each of await readCases(scores)) cases.set(each.id, each);
    bySeed.set(run.info.config.seed, cases);
  }
  return [...bySeed].sort(([a], [b]) => a - b).map(([seed, cases]) => ({ seed, cases }));
}

/** The ids that every replicate has, in the order of the first. */
export function sharedIds(replicates: readonly Replicate[]): string[] {
  if (replicates.length === 0) return [];
  return [...replicates[0].cases.keys()].filter((id) => replicates.every(({ cases }) => cases.has(id)));
}
