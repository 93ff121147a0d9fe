// Every weighting and every aggregator: on two losses whose Pareto front is known, and on the three-task model of the
// paper with half of the masks missing. Prints tables and writes three figures to runs/weighting.
import { mkdir, writeFile } from 'node:fs/promises';
import { useBackend } from 'tfjs-multitask/backends';
import { conflicts } from 'tfjs-multitask/train';
import { exampleArguments } from '../support/arguments';
import { taskGradients } from '../support/figures/task-gradients';
import { drawFront, drawGains } from './figures';
import { methods } from './methods';
import { phantomExperiment, type Result, type Task } from './phantom';
import { type EndPoint, runToy, type ToyTask } from './toy';

const OUT = 'runs/weighting';
const { tiny, backend } = exampleArguments();
const options = tiny
  ? { size: 16, filters: 2, epochs: 1, slices: 16 }
  : { size: 64, filters: 4, epochs: 12, slices: 48 };

const printRow = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

function printHead(cells: readonly string[]): void {
  printRow(cells);
  printRow(cells.map(() => '---'));
}

async function main(): Promise<void> {
  console.log('backend:', await useBackend(backend));
  await mkdir(OUT, { recursive: true });

  console.log('\nTwo losses with a known front\n');
  const ends: EndPoint[] = [];
  printHead(['method', 'loss a', 'loss b', 'distance to the front']);
  for (const method of methods<ToyTask>({ a: 'regression', b: 'regression' })) {
    const end = await runToy(method, tiny ? 50 : 400);
    printRow([end.name, ...end.losses.map((loss) => loss.toFixed(3)), end.distance.toFixed(4)]);
    ends.push(end);
  }
  await writeFile(`${OUT}/front.png`, await drawFront(ends));

  console.log('\nThree tasks on the phantom, half of the masks missing\n');
  const experiment = phantomExperiment(options);
  const numbers = ({ error, dice, auc }: Result['scores']) => [error.toFixed(4), dice.toFixed(3), auc.toFixed(3)];
  const kinds = {
    reconstruction: 'regression',
    segmentation: 'classification',
    classification: 'classification',
  } as const;
  const single = await experiment.single();
  const results: Result[] = [];
  printHead(['method', 'reconstruction MSE', 'Dice', 'AUC', 'ms a step', 'gain %']);
  printRow(['single-task models', ...numbers(single), '-', '0.0']);
  for (const method of methods<Task>(kinds)) {
    const result = await experiment.run(method, single);
    const { name, scores, millisecondsPerStep, gain } = result;
    printRow([name, ...numbers(scores), millisecondsPerStep.toFixed(0), gain.toFixed(1)]);
    results.push(result);
  }
  await writeFile(`${OUT}/gain.png`, await drawGains(results));

  console.log('\nWhich tasks fight, under the sum of the losses\n');
  printHead(['tasks', 'steps', 'in conflict', 'mean cosine']);
  const records = await experiment.watch();
  for (const { tasks, steps, share, meanCosine } of conflicts(records)) {
    printRow([tasks.join(' and '), String(steps), `${(100 * share).toFixed(0)} %`, meanCosine.toFixed(2)]);
  }
  await writeFile(`${OUT}/task-gradients.png`, await taskGradients(records));
  console.log(`\nFigures: ${OUT}/front.png, ${OUT}/gain.png, ${OUT}/task-gradients.png`);
}

await main();
