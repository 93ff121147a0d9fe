// Every weighting and every aggregator: on two losses whose Pareto front is known, and on the three-task model of the
// paper with half of the masks missing. Prints tables and writes two figures to runs/weighting.
import { mkdir, writeFile } from 'node:fs/promises';
import { useBackend } from 'tfjs-multitask/backends';
import { exampleArguments } from '../support/arguments';
import { drawFront, drawGains } from './figures';
import { methods } from './methods';
import { phantomExperiment, type Result, type Task } from './phantom';
import { type EndPoint, runToy, type ToyTask } from './toy';

const OUT = 'runs/weighting';
const { tiny, backend } = exampleArguments();
const options = tiny
  ? { size: 16, filters: 2, epochs: 1, slices: 16 }
  : { size: 64, filters: 4, epochs: 12, slices: 48 };

function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const row of [headings, headings.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
}

async function main(): Promise<void> {
  console.log('backend:', await useBackend(backend));
  await mkdir(OUT, { recursive: true });

  console.log('\nTwo losses with a known front\n');
  const ends: EndPoint[] = [];
  for (const method of methods<ToyTask>({ a: 'regression', b: 'regression' })) {
    ends.push(await runToy(method, tiny ? 50 : 400));
  }
  printTable(
    ['method', 'loss a', 'loss b', 'distance to the front'],
    ends.map(({ name, losses, distance }) => [name, ...losses.map((loss) => loss.toFixed(3)), distance.toFixed(4)]),
  );
  await writeFile(`${OUT}/front.png`, await drawFront(ends));

  console.log('\nThree tasks on the phantom, half of the masks missing\n');
  const experiment = phantomExperiment(options);
  const single = await experiment.single();
  const results: Result[] = [];
  const kinds = {
    reconstruction: 'regression',
    segmentation: 'classification',
    classification: 'classification',
  } as const;
  for (const method of methods<Task>(kinds)) results.push(await experiment.run(method, single));
  const numbers = ({ error, dice, auc }: Result['scores']) => [error.toFixed(4), dice.toFixed(3), auc.toFixed(3)];
  printTable(
    ['method', 'reconstruction MSE', 'Dice', 'AUC', 'ms a step', 'gain %'],
    [
      ['single-task models', ...numbers(single), '-', '0.0'],
      ...results.map(({ name, scores, millisecondsPerStep, gain }) => [
        name,
        ...numbers(scores),
        millisecondsPerStep.toFixed(0),
        gain.toFixed(1),
      ]),
    ],
  );
  await writeFile(`${OUT}/gain.png`, await drawGains(results));

  console.log('\nWhich tasks fight, under the sum of the losses\n');
  printTable(
    ['tasks', 'steps', 'in conflict', 'mean cosine'],
    (await experiment.watch()).map(({ tasks, steps, share, meanCosine }) => [
      tasks.join(' and '),
      String(steps),
      `${(100 * share).toFixed(0)} %`,
      meanCosine.toFixed(2),
    ]),
  );
  console.log(`\nFigures: ${OUT}/front.png, ${OUT}/gain.png`);
}

await main();
