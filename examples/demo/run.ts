import { join } from 'node:path';
import { removeLeftovers, writeJson } from 'tfjs-multitask/node';
import { conflicts } from 'tfjs-multitask/train';
import { compareModels } from './compare';
import { CONTENDERS } from './contenders';
import { countPart, type DemoData, openData } from './data';
import type { RunOptions } from './options';
import { describeOutcome, listed } from './outcome';
import { scoreContender } from './score-contender';
import type { Summary } from './summary';
import { renderTable } from './table';
import { type Trained, trainContender } from './train-contender';
import { type Result, writeFigures } from './write-figures';

function describeParts(data: DemoData): Summary['split'] {
  const { train, validation, test } = data;
  return { train: countPart(data, train), validation: countPart(data, validation), test: countPart(data, test) };
}

/** How often and how much the gradients of each pair of tasks point against each other. */
function describeConflicts(records: NonNullable<Trained['records']>): Record<string, object> {
  const rows = conflicts(records).map(({ tasks, steps, share, meanCosine, lowestCosine }) => [
    tasks.join(' and '),
    {
      steps,
      'in conflict %': Number((100 * share).toFixed(1)),
      'mean cosine': Number(meanCosine.toFixed(3)),
      'lowest cosine': Number(lowestCosine.toFixed(3)),
    },
  ]);
  return Object.fromEntries(rows);
}

async function summarize(data: DemoData, options: RunOptions, results: readonly Result[]): Promise<Summary> {
  const [shared, segmenting, classifying] = results.map(({ scored }) => scored);
  return {
    data: data.name,
    seed: options.seed,
    quick: options.quick,
    split: describeParts(data),
    models: results.map(({ contender, trained, scored }) => ({
      name: contender.name,
      tasks: trained.model.tasks,
      inputSize: options.size,
      parameters: trained.model.net.countParams(),
      epochs: trained.history.epochs.length,
      seconds: trained.history.epochs.reduce((sum, { seconds }) => sum + seconds, 0),
      backend: options.backend,
      seen: trained.seen,
      threshold: scored.threshold,
      test: scored.test,
    })),
    differences: await compareModels(shared, segmenting, classifying),
  };
}

function printSummary(data: DemoData, results: readonly Result[], summary: Summary): void {
  console.log(`\nOn ${data.test.length} test images, with 95 % intervals:\n`);
  console.log(renderTable(results.map(({ contender, scored }) => ({ contender, test: scored.test }))));
  const lesions = results.flatMap(({ scored }) => scored.test.dice?.n ?? [])[0];
  const thresholds = results.flatMap(({ scored: { threshold } }) => (threshold === null ? [] : threshold.toFixed(2)));
  console.log();
  if (lesions !== undefined) console.log(`Dice is over the ${lesions} test images with a mask that shows a lesion.`);
  console.log(
    `Accuracy, sensitivity and specificity are at thresholds from the validation images: ${listed(thresholds)}.`,
  );
  console.log(`\n${describeOutcome(summary)}`);
  const { records } = results[0].trained;
  if (records === undefined) return;
  console.log(`\nWhich tasks fight, over the ${records.length} training steps of ${results[0].contender.name}:`);
  console.table(describeConflicts(records));
}

/** Trains, scores and compares the models with one seed; undefined where it was told to stop. */
export async function runSeed(
  options: RunOptions,
  path: string,
  { resume, signal }: { readonly resume: boolean; readonly signal: AbortSignal },
): Promise<Summary | undefined> {
  await removeLeftovers(path, { recursive: true });
  const data = await openData(options);
  console.log(
    `Images: ${data.name}, ${options.size} x ${options.size}; seed ${options.seed}; backend ${options.backend}; ` +
      `everything goes to ${path}`,
  );
  console.table(describeParts(data));

  const results: Result[] = [];
  for (const [i, contender] of CONTENDERS.entries()) {
    console.log(`\n${i + 1} of ${CONTENDERS.length}: ${contender.title}`);
    const folder = join(path, contender.name);
    const trained = await trainContender(contender, data, options, { folder, resume, signal });
    if (trained.history.stopped === 'aborted') return undefined;
    results.push({ contender, trained, scored: await scoreContender(trained.model, data) });
  }

  const summary = await summarize(data, options, results);
  await writeJson(join(path, 'results.json'), summary);
  await writeFigures(path, data, results);
  printSummary(data, results, summary);
  for (const { trained } of results) trained.model.dispose();
  return summary;
}
