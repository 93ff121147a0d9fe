import { type BackendName, useBackend } from 'tfjs-multitask/backends';
import { OtherWork } from '../queue/other-work';
import type { Listener } from '../training/train-run';
import { type Chunk, digestOfModel } from './chunks';
import { openImageRows } from './list-images';
import { loadModel } from './load-model';
import type { PredictOptions } from './options';
import { predictChunk } from './predict-chunk';
import { createPredictor } from './predictor';
import { readWindow } from './read-window';

/** A chunk of images as a process is told of it. */
export interface Part {
  readonly options: Pick<PredictOptions, 'model' | 'data' | 'out' | 'threshold' | 'flips' | 'batch' | 'onError'>;
  readonly backend: BackendName;
  /** SHA-256 of the model. */
  readonly model: string;
  readonly chunk: Chunk;
}

/** Predicts a chunk by itself; false where it was stopped on the way. */
export async function predictPart(
  { options, backend, model: digest, chunk }: Part,
  threads: number,
  signal: AbortSignal,
  { onStep, onNotice }: Listener,
): Promise<boolean> {
  await useBackend(backend, { threads, onNotice });
  const { model } = await loadModel(options.model);
  try {
    if ((await digestOfModel(model)) !== digest) {
      throw new OtherWork(
        `${options.model}: the model here is not that of which the work was made; use the same model.`,
      );
    }
    const predictor = createPredictor(model, { flips: options.flips, window: await readWindow(options.model) });
    const list = await openImageRows(options.data);
    const onProgress = (done: number): void => onStep({ epoch: 0, step: done });
    await predictChunk(predictor, list, options, chunk, { signal, onProgress });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    model.dispose();
  }
}
