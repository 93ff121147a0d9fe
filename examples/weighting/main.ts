// Every weighting and every aggregator: on two losses whose Pareto front is known, and on the three-task model of the
// paper with half of the masks missing, with several seeds. Prints tables; figures and numbers go to runs/weighting.
import { mkdir, writeFile } from 'node:fs/promises';
import { useBackend } from 'tfjs-multitask/backends';
import { writeJson } from 'tfjs-multitask/node';
import { conflicts } from 'tfjs-multitask/train';
import { taskGradients } from 'tfjs-multitask-figures/task-gradients';
import { exampleArguments } from '../support/arguments';
import { cells, compare, printHead, printRow } from '../support/comparison';
import { type PhantomSetup, phantomTasks, type Scores, type Task } from '../support/phantom-tasks';
import { stepRatios } from '../support/step-ratios';
import { drawFront, drawGains, type Gain } from './figures';
import { methods } from './methods';
import { type EndPoint, runToy, type ToyTask } from './toy';

const OUT = 'runs/weighting';
const { tiny, backend, only } = exampleArguments();
const SEEDS = tiny ? [1] : [1, 2, 3];
const SETUP: PhantomSetup = tiny
  ? { size: 16, filters: [2, 4], epochs: 1, batchSize: 4, slices: 8, tests: 8 }
  : { size: 32, filters: [4, 8, 16], epochs: 10, batchSize: 8, slices: 64, tests: 64 };

async function toy(): Promise<void> {
  console.log('\nTwo losses with a known front\n');
  const ends: EndPoint[] = [];
  printHead(['method', 'loss a', 'loss b', 'distance to the front']);
  for (const method of methods<ToyTask>({ a: 'regression', b: 'regression' })) {
    const end = await runToy(method, tiny ? 50 : 400);
    printRow([end.name, ...end.losses.map((loss) => loss.toFixed(3)), end.distance.toFixed(4)]);
    ends.push(end);
  }
  await writeFile(`${OUT}/front.png`, await drawFront(ends));
}

async function phantom(): Promise<void> {
  console.log(`\nThree tasks on the phantom, half of the masks missing; ${SEEDS.length} seeds, mean ± deviation\n`);
  const kinds = {
    reconstruction: 'regression',
    segmentation: 'classification',
    classification: 'classification',
  } as const;
  const experiments = SEEDS.map((seed) => phantomTasks(SETUP, seed));
  // The first one, the sum, is what the others are compared with.
  const all = methods<Task>(kinds).filter(({ name }, i) => i === 0 || (only?.includes(name) ?? true));
  const ratios = await stepRatios(
    experiments[0],
    all.map(({ make }) => make()),
    tiny ? 1 : 15,
  );
  const single: Scores[] = [];
  for (const experiment of experiments) single.push(await experiment.single());

  printHead(['method', 'reconstruction MSE', 'Dice', 'AUC', 'gain %', 'more than the sum', 'step']);
  printRow(['single-task models', ...cells(compare(single, single, single)).slice(0, 3), '0.0', '', '']);
  const results: Record<string, readonly Scores[]> = { single };
  const gains: Gain[] = [];
  let sum: Scores[] | undefined;
  for (const [i, { name, kind, make }] of all.entries()) {
    const scores: Scores[] = [];
    for (const experiment of experiments) scores.push(await experiment.train(make()));
    sum ??= scores;
    results[name] = scores;
    const compared = compare(scores, single, sum);
    printRow([name, ...cells(compared), ratios[i].toFixed(2)]);
    gains.push({ name, kind, ...compared.gain });
  }
  await writeJson(`${OUT}/results.json`, { setup: SETUP, seeds: SEEDS, results, ratios });
  await writeFile(`${OUT}/gain.png`, await drawGains(gains));

  console.log('\nWhich tasks fight, under the sum of the losses\n');
  printHead(['tasks', 'steps', 'in conflict', 'mean cosine']);
  const records = await experiments[0].watch();
  for (const { tasks, steps, share, meanCosine } of conflicts(records)) {
    printRow([tasks.join(' and '), String(steps), `${(100 * share).toFixed(0)} %`, meanCosine.toFixed(2)]);
  }
  await writeFile(`${OUT}/task-gradients.png`, await taskGradients(records));
}

console.log('backend:', await useBackend(backend));
await mkdir(OUT, { recursive: true });
await toy();
await phantom();
console.log(`\nFigures: ${OUT}/front.png, ${OUT}/gain.png, ${OUT}/task-gradients.png; numbers: ${OUT}/results.json`);
