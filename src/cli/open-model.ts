import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendName } from '../backends/choose/candidates';
import { useBackend } from '../backends/choose/use-backend';
import { loadMultitask } from '../models/load';
import { fileSystem } from '../node/file-system';
import type { MultitaskModel } from '../types';

/** A model that was read from a disk. */
export interface OpenModel {
  readonly model: MultitaskModel<string>;
  /** Its `model.json`. */
  readonly file: string;
  readonly backend: BackendName;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** The `model.json` that a path stands for: itself, one in that folder, or one in its `model`, as trainings leave it. */
async function findModel(path: string): Promise<string> {
  const places = path.endsWith('.json') ? [path] : ['', 'model'].map((inside) => join(path, inside, 'model.json'));
  for (const place of places) if (await isFile(place)) return place;
  throw new Error(
    `${path}: expected a saved model, found no ${places.join(' and no ')}; model.net.save(fileSystem(folder)) writes one.`,
  );
}

/** Chooses a backend and loads a model. @throws {Error} where either is not to be had. */
export async function openModel(
  path: string,
  name?: BackendName,
  onNotice: (message: string) => void = () => undefined,
): Promise<OpenModel> {
  const file = await findModel(path);
  const backend = await useBackend(name, { onNotice }).catch((error: Error) => {
    const [reason] = error.message.split('\n');
    throw new Error(`${reason} \`npx tfjs-multitask doctor\` looks for more.`, { cause: error });
  });
  return { model: await loadMultitask(fileSystem(file)), file, backend };
}
