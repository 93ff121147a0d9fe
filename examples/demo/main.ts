import { join } from 'node:path';
import { type BackendName, useBackend } from 'tfjs-multitask/backends';
import { removeLeftovers, writeJson } from 'tfjs-multitask/node';
import { conflicts } from 'tfjs-multitask/train';
import { CONTENDERS } from './contenders';
import { countPart, type DemoData, openData } from './data';
import { HELP, parseCommandLine, type RunOptions } from './options';
import { openRunFolder } from './run-folder';
import { type Scored, scoreContender } from './score-contender';
import { renderTable } from './table';
import { type Trained, trainContender } from './train-contender';
import { writeFigures } from './write-figures';

function describeParts(data: DemoData): Record<string, Record<string, number>> {
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

async function run(options: RunOptions, path: string, resume: boolean, signal: AbortSignal) {
  await removeLeftovers(path, { recursive: true });
  const data = await openData(options);
  const split = describeParts(data);
  console.log(
    `Images: ${data.name}, ${options.size} x ${options.size}; backend ${options.backend}; everything goes to ${path}`,
  );
  console.table(split);

  const results: { contender: (typeof CONTENDERS)[number]; trained: Trained; scored: Scored }[] = [];
  for (const [i, contender] of CONTENDERS.entries()) {
    console.log(`\n${i + 1} of ${CONTENDERS.length}: ${contender.title}`);
    const folder = join(path, contender.name);
    const trained = await trainContender(contender, data, options, { folder, resume, signal });
    if (trained.history.stopped === 'aborted') return undefined;
    results.push({ contender, trained, scored: await scoreContender(trained.model, data) });
  }

  const summary = {
    data: data.name,
    seed: options.seed,
    split,
    models: results.map(({ contender, trained, scored }) => ({
      name: contender.name,
      tasks: trained.model.tasks,
      inputSize: options.size,
      parameters: trained.model.net.countParams(),
      epochs: trained.history.epochs.length,
      seconds: trained.history.epochs.reduce((sum, { seconds }) => sum + seconds, 0),
      backend: options.backend,
      test: scored.test,
    })),
  };
  await writeJson(join(path, 'results.json'), summary);
  await writeFigures(path, data, results);
  console.log(`\nOn ${data.test.length} test images, with 95 % intervals:\n`);
  console.log(renderTable(results.map(({ contender, scored }) => ({ contender, test: scored.test }))));
  const lesions = results.flatMap(({ scored }) => scored.test.dice?.n ?? [])[0];
  if (lesions !== undefined) {
    console.log(
      `\nDice is over the ${lesions} images with a lesion; ${data.test.length - lesions} others were skipped.`,
    );
  }
  const { records } = results[0].trained;
  if (records !== undefined) {
    console.log(`\nWhich tasks fight, over the ${records.length} training steps of ${results[0].contender.name}:`);
    console.table(describeConflicts(records));
  }
  for (const { trained } of results) trained.model.dispose();
  return summary;
}

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command === undefined) {
    console.log(HELP);
    return;
  }
  const { path, options } = await openRunFolder(command, (name) =>
    useBackend(name as BackendName | undefined, { onNotice: console.warn }),
  );
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping after this step; press Ctrl-C again to stop at once.');
    controller.abort();
  });
  // What a shutdown or a job scheduler sends; it may come twice, from npm or tsx as well.
  process.on('SIGTERM', () => controller.abort());
  const summary = await run(options, path, command.resume, controller.signal);
  if (summary === undefined) {
    console.log(`\nStopped. Go on with: npm run demo -- --resume --out ${path}`);
    process.exitCode = 130;
    return;
  }
  const figures = ['training-curves.png', 'roc-curves.png', 'test-slices.png'];
  if (options.diagnose) figures.push('task-gradients.png');
  console.log(`\nWritten to ${path}: results.json, ${figures.join(', ')}, and the models.`);
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
