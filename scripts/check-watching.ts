// Trains with the callback tensorBoard, has a run fail and resume in the same folder, and compares what TensorBoard's own code
// reads with what the fit recorded. Prints `N passed, N failed`.
//
//   npm run check:watching
//
// TensorBoard is installed, once, into ~/.cache/tfjs-multitask/watching ($WATCHING_DIR): Python 3 with pip is needed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setBackend, train } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { batches } from 'tfjs-multitask/data';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc } from 'tfjs-multitask/metrics';
import { amyar2020 } from 'tfjs-multitask/models';
import { checkpoint, loadCheckpoint, tensorBoard } from 'tfjs-multitask/node';
import { phantomDataset } from 'tfjs-multitask/paper';
import { type Callback, createTrainer, sumGradient } from 'tfjs-multitask/train';

type Points = readonly (readonly [step: number, value: number])[];
interface Folder {
  readonly scalars: Readonly<Record<string, Points>>;
  readonly images: Readonly<Record<string, readonly [number, number, number, readonly [number, number]][]>>;
}

const run = promisify(execFile);
const TENSORBOARD = 'tensorboard==2.21.0';
const STEPS = 4;

/** TensorBoard's reader, in a folder of packages of its own. */
async function readWithTensorBoard(folder: string): Promise<Readonly<Record<string, Folder>>> {
  const packages = process.env.WATCHING_DIR ?? join(homedir(), '.cache/tfjs-multitask/watching');
  if (!existsSync(join(packages, 'tensorboard'))) {
    mkdirSync(packages, { recursive: true });
    await run('python3', ['-m', 'pip', 'install', '-q', '--target', packages, TENSORBOARD]);
  }
  const reader = new URL('./watching/read_events.py', import.meta.url).pathname;
  const { stdout } = await run('python3', [reader, folder], { env: { ...process.env, PYTHONPATH: packages } });
  const { version, folders } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  console.log(`read by TensorBoard ${version}`);
  return folders;
}

const dataset = phantomDataset({ counts: { covid: 4, normal: 4 }, size: 16, seed: 1 });
const source = batches(dataset, { batchSize: 2, seed: 1 });

async function fit(folder: string, callbacks: readonly Callback[] = []) {
  const model = amyar2020({ inputShape: [16, 16, 1], filters: 2, seed: 1 });
  const trainer = createTrainer(model, {
    optimizer: train.adam(1e-3),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
    metrics: { classification: { auc: auc() } },
    aggregator: sumGradient(),
  });
  const last = await loadCheckpoint(join(folder, 'checkpoints'));
  try {
    return await trainer.fit(source, {
      epochs: 3,
      validation: source,
      callbacks: [
        tensorBoard(join(folder, 'board'), { images: source, samples: 3, everyEpochs: 2 }),
        checkpoint(join(folder, 'checkpoints'), { every: { steps: 3 } }),
        ...callbacks,
      ],
      ...(last && { resume: last.state }),
    });
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

await registerSimdBackend({ threads: 1 });
await setBackend('simd');
const folder = mkdtempSync(join(tmpdir(), 'watching-'));
let [passed, failed] = [0, 0];
function check(name: string, body: () => void): void {
  try {
    body();
    passed++;
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}: ${(error as Error).message}`);
  }
}

try {
  // Fails behind its last checkpoint, after nine steps: what follows is written twice.
  const crash: Callback = {
    onStepEnd(_run, { progress }) {
      if (progress?.step === 10) throw new Error('crash');
    },
  };
  await fit(folder, [crash]).then(
    () => assert.fail('the fit did not fail'),
    (error: Error) => assert.match(error.message, /crash/),
  );
  const { epochs } = await fit(folder);
  const { train: ofTraining, validation, steps, images } = await readWithTensorBoard(join(folder, 'board'));
  const at = (values: readonly number[]): Points => values.map((value, i) => [STEPS * (i + 1), Math.fround(value)]);

  check('losses of training', () => assert.deepEqual(ofTraining.scalars.loss, at(epochs.map((e) => e.train.loss))));
  check('epochs', () => assert.deepEqual(ofTraining.scalars.epoch, at([0, 1, 2])));
  check('losses of validation', () => {
    const losses = epochs.map((epoch) => epoch.validation!.segmentation.loss);
    assert.deepEqual(validation.scalars['segmentation/loss'], at(losses));
  });
  check('scores of validation', () => {
    const scores = epochs.map((epoch) => epoch.validation!.classification.auc);
    assert.deepEqual(validation.scalars['classification/auc'], at(scores));
  });
  for (const tag of ['steps/loss', 'learning_rate', 'task_weights/classification', 'gradient_norms/classification']) {
    check(`${tag}, once for each step`, () => {
      assert.deepEqual(
        steps.scalars[tag]?.map(([step]) => step),
        Array.from({ length: 3 * STEPS }, (_, i) => i),
      );
    });
  }
  check('cosines', () => {
    const cosines = steps.scalars['gradient_cosines/reconstruction-classification'];
    assert(cosines.length > 0 && cosines.every(([, value]) => Math.abs(value) <= 1));
  });
  check('images', () => {
    const sheets = images.images['segmentation/samples'];
    assert.deepEqual(
      sheets.map(([step]) => step),
      [0, 8, 12],
    );
    for (const [, width, height, png] of sheets) assert.deepEqual(png, [width, height]);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
