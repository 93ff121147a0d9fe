// Every way of sharing: the three-task model of the paper with half of the masks missing, with several seeds. Prints a
// table; the numbers go to runs/sharing.
import { mkdir } from 'node:fs/promises';
import { useBackend } from 'tfjs-multitask/backends';
import {
  cgc,
  crossStitch,
  film,
  hardSharing,
  mmoe,
  mtan,
  ple,
  type Sharing,
  sluice,
  softSharing,
} from 'tfjs-multitask/models';
import { writeJson } from 'tfjs-multitask/node';
import { exampleArguments } from '../support/arguments';
import { cells, compare, printHead, printRow } from '../support/comparison';
import { type PhantomSetup, phantomTasks, type Scores } from '../support/phantom-tasks';
import { stepRatios } from '../support/step-ratios';

const OUT = 'runs/sharing';
const { tiny, backend, only } = exampleArguments();
const SEEDS = tiny ? [1] : [1, 2, 3];
const SETUP: PhantomSetup = tiny
  ? { size: 16, filters: [2, 4], epochs: 1, batchSize: 4, slices: 8, tests: 8 }
  : { size: 32, filters: [4, 8, 16], epochs: 10, batchSize: 8, slices: 64, tests: 64 };

/** Every way of sharing with its defaults, but for the norm of the attention: the other models have none. */
const ways: Record<string, () => Sharing> = {
  hardSharing: () => hardSharing(),
  film: () => film(),
  mtan: () => mtan({ norm: 'none' }),
  softSharing: () => softSharing(),
  'softSharing by trace': () => softSharing({ distance: 'trace' }),
  crossStitch: () => crossStitch(),
  sluice: () => sluice(),
  mmoe: () => mmoe(),
  cgc: () => cgc(),
  ple: () => ple(),
};

console.log('backend:', await useBackend(backend));
await mkdir(OUT, { recursive: true });
const experiments = SEEDS.map((seed) => phantomTasks(SETUP, seed));
// The first one, hard sharing, is what the others are compared with.
const all = Object.entries(ways).filter(([name], i) => i === 0 || (only?.includes(name) ?? true));
const ratios = await stepRatios(
  experiments[0],
  all.map(([, sharing]) => ({ sharing: sharing() })),
  tiny ? 1 : 15,
);
const single: Scores[] = [];
for (const experiment of experiments) single.push(await experiment.single());

console.log(`\nThree tasks on the phantom, half of the masks missing; ${SEEDS.length} seeds, mean ± deviation\n`);
printHead([
  'sharing',
  'encoder parameters',
  'reconstruction MSE',
  'Dice',
  'AUC',
  'gain %',
  'more than hard sharing',
  'step',
]);
printRow([
  'single-task models',
  String(3 * experiments[0].encoderParameters({})),
  ...cells(compare(single, single, single)).slice(0, 3),
  '0.0',
  '',
  '',
]);
const results: Record<string, readonly Scores[]> = { single };
let hard: Scores[] | undefined;
for (const [i, [name, sharing]] of all.entries()) {
  const scores: Scores[] = [];
  for (const experiment of experiments) scores.push(await experiment.train({ sharing: sharing() }));
  hard ??= scores;
  results[name] = scores;
  const parameters = String(experiments[0].encoderParameters({ sharing: sharing() }));
  printRow([name, parameters, ...cells(compare(scores, single, hard)), ratios[i].toFixed(2)]);
}
await writeJson(`${OUT}/results.json`, { setup: SETUP, seeds: SEEDS, results, ratios });
console.log(`\nNumbers: ${OUT}/results.json`);
