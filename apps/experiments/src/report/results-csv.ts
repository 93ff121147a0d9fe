import type { FinishedRun } from './read-experiment';
import { readReplicates } from './replicates';
import { aucOf, MEANS, weightedMean } from './statistics';

const CONFIG = [
  'study',
  'arm',
  'model',
  'size',
  'filters',
  'norm',
  'dropout',
  'reconstructionSkips',
  'augment',
  'masks',
  'labels',
  'target',
  'images',
  'seed',
  'fold',
] as const;

function field(value: unknown): string {
  const text = value === null || value === undefined || Number.isNaN(value) ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line for each finished run, with the scores of its own test images. */
export async function writeCsv(runs: readonly FinishedRun[]): Promise<string> {
  const means = Object.keys(MEANS) as (keyof typeof MEANS)[];
  const header = [
    'id',
    ...CONFIG,
    'tasks',
    'parameters',
    'seconds',
    'epochs',
    'bestEpoch',
    'testImages',
    'auc',
    ...means,
    'flipsAuc',
    'flipsDice',
    'maskThreshold',
    'classThreshold',
  ];
  const lines = [header.join(',')];
  for (const run of runs) {
    const { info, scores } = run;
    const [replicate] = await readReplicates([run]);
    const cases = [...replicate.cases.values()];
    const [flipped] = await readReplicates([run], ({ flips }) => flips);
    const flips = [...(flipped?.cases.values() ?? [])];
    const ones = new Float64Array(cases.length).fill(1);
    const values = [
      info.id,
      ...CONFIG.map((name) => info.config[name]),
      info.config.tasks.join(' '),
      info.parameters,
      info.seconds,
      info.epochs,
      info.bestEpoch,
      cases.length,
      aucOf(cases)(ones),
      ...means.map((name) => weightedMean(cases.map(MEANS[name]))(ones)),
      aucOf(flips)(ones),
      weightedMean(flips.map(MEANS.dice))(ones),
      scores.thresholds.segmentation,
      scores.thresholds.classification,
    ];
    lines.push(values.map(field).join(','));
  }
  return `${lines.join('\n')}\n`;
}
