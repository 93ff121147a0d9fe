import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { loadMultitask } from 'tfjs-multitask/models';
import { fileSystem, loadCheckpoint } from 'tfjs-multitask/node';

export interface LoadedModel {
  readonly model: MultitaskModel<string>;
  /** The files that it came from, for people. */
  readonly from: string;
  /** Why newer checkpoints were passed over. */
  readonly skipped: readonly string[];
}

/** What a checkpoint says of the weights; see `trainer.save` and `earlyStopping`. */
interface SavedRun {
  readonly trainer: {
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly data: Float32Array;
    }[];
    readonly average: readonly Float32Array[] | null;
  };
  readonly callbacks: { readonly [name: string]: { readonly weights?: readonly Float32Array[] | null } };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** The folder, or one in it that has this name, of which `has` holds. */
async function find(folder: string, name: string, has: (names: string[]) => boolean): Promise<string | undefined> {
  for (const path of [folder, join(folder, name)]) if (has(await namesIn(path))) return path;
  return undefined;
}

const hasModel = (names: string[]): boolean => names.includes('model.json');
const hasCheckpoints = (names: string[]): boolean => names.some((name) => /^checkpoint-\d+\.tfmt$/.test(name));

/** The best weights of the run where early stopping kept them, else averaged ones, else the last. */
function bestWeights({ trainer, callbacks }: SavedRun): { values: readonly Float32Array[]; which: string } {
  const best = Object.entries(callbacks).find(([name, { weights }]) => name.startsWith('earlyStopping') && weights);
  if (best !== undefined) return { values: best[1].weights!, which: 'the best weights' };
  if (trainer.average !== null && trainer.average.length > 0) {
    return { values: trainer.average, which: 'the averaged weights' };
  }
  return { values: trainer.weights.map(({ data }) => data), which: 'the last weights' };
}

/** Puts a checkpoint's weights into a model of the same layers. */
function putWeights({ net }: MultitaskModel<string>, run: SavedRun, values: readonly Float32Array[], file: string) {
  const weights = net.layers.flatMap((layer) => layer.weights);
  const describe = (all: readonly { name: string; shape: readonly (number | null)[] }[]) =>
    all.map(({ name, shape }) => `${name} [${shape}]`);
  const here = describe(weights.map(({ originalName, shape }) => ({ name: originalName, shape })));
  const there = describe(run.trainer.weights);
  const at = (here.length < there.length ? there : here).findIndex((_, i) => here[i] !== there[i]);
  if (at >= 0) {
    const [expected, found] = [here[at] ?? 'no more', there[at] ?? 'no more'];
    throw new Error(`${file}: expected the weights of the saved model, ${expected}; found ${found}.`);
  }
  tidy(() => {
    for (const [i, weight] of weights.entries()) {
      weight.write(tensor(values[i], weight.shape as number[]));
    }
  });
}

/**
 * Loads the model of a folder: what `net.save(fileSystem(folder))` wrote there or in its `model`, or else the newest
 * checkpoint there or in its `checkpoints`. A checkpoint holds weights but no layers: those come from a saved model in
 * the folder around the checkpoints, or in its `model`.
 *
 * @throws Error that says what was looked for, where there is neither, or no layers for a checkpoint.
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const saved = await find(folder, 'model', hasModel);
  if (saved !== undefined) return { model: await loadMultitask(fileSystem(saved)), from: saved, skipped: [] };
  const checkpoints = await find(folder, 'checkpoints', hasCheckpoints);
  if (checkpoints === undefined) {
    throw new Error(
      `--model: expected a saved model (model.json) or checkpoints (checkpoint-000001.tfmt, ...) in ${folder}, found neither.`,
    );
  }
  const run = dirname(checkpoints);
  const layers = await find(run, 'model', hasModel);
  if (layers === undefined) {
    throw new Error(
      `--model: ${checkpoints} has checkpoints, which hold weights but no layers, and no model lies in ${run} or ` +
        `${join(run, 'model')}; save one there: await model.net.save(fileSystem('${join(run, 'model')}')).`,
    );
  }
  const last = (await loadCheckpoint(checkpoints))!;
  const state = last.state as unknown as SavedRun;
  const { values, which } = bestWeights(state);
  const model = await loadMultitask(fileSystem(layers));
  try {
    putWeights(model, state, values, last.file);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, from: `${last.file} (${which})`, skipped: last.skipped.map(({ reason }) => reason) };
}
