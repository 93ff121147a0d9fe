// Trains the model that the page begins with, on drawn slices, and writes it to public/model. A model that is there stays.
//
//   npm run model --workspace tfjs-multitask-page -- [--slices 1280] [--epochs 4] [--seed 2] [--out DIR] [--again]
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from 'tfjs-multitask/backends';
import { fileSystem, writeJson } from 'tfjs-multitask/node';
import { newModel, trainOnPhantoms } from '../src/recipe';

const { values } = parseArgs({
  options: {
    slices: { type: 'string', default: '1280' },
    epochs: { type: 'string', default: '4' },
    seed: { type: 'string', default: '2' },
    out: { type: 'string', default: fileURLToPath(new URL('../public/model', import.meta.url)) },
    again: { type: 'boolean', default: false },
  },
});
const { out } = values;
const about = join(out, 'about.json');
if (existsSync(about) && !values.again) {
  console.log(`${out}: a model is there (--again trains another one).`);
  process.exit();
}

const [slices, epochs, seed] = [values.slices, values.epochs, values.seed].map(Number);
console.log(`Training on ${slices} drawn slices for ${epochs} epochs, on ${await useBackend()}.`);
const model = newModel(seed);
let steps = 0;
const { scores } = await trainOnPhantoms(
  model,
  { slices, epochs, seed },
  {
    onStep: (step) => (steps = step),
    onScores: ({ step, dice, auc }) => console.log(`step ${step}: Dice ${dice.toFixed(3)}, AUC ${auc.toFixed(3)}`),
  },
);
await mkdir(out, { recursive: true });
await model.net.save(fileSystem(out));
await writeJson(about, { steps, scores }); // last: a model without it is no model of the page
