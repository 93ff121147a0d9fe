import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { sweep } from './leftovers';
import { isWeightsName, type ModelDocument, modelDigest, modelFile, readModelText, weightsName } from './model-files';
import { stage, writeDurably } from './write-durably';

/** The weights of the model that lies there, as far as they are ours to remove. */
async function weightsInUse(file: string): Promise<string[]> {
  try {
    const document = JSON.parse(await readModelText(file)) as ModelDocument;
    const paths = (document.weightsManifest ?? []).flatMap((group) => group.paths);
    return paths.filter((path) => isWeightsName(file, path));
  } catch {
    return []; // no model yet, or a broken one that is about to be replaced
  }
}

/** Removes weights beside those in use, which a process that was killed left; none while another one saves there. */
async function removeOrphans(file: string, inUse: string): Promise<void> {
  const directory = dirname(file);
  const names = await readdir(directory);
  if ((await sweep(directory)) > 0) return;
  for (const name of names) {
    if (isWeightsName(file, name) && name !== inUse) await rm(join(directory, name), { force: true });
  }
}

/** The `save` of `fileSystem`. */
export async function saveModelFiles(path: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const file = modelFile(path);
  const { modelTopology, weightSpecs, weightData, ...rest } = artifacts;
  if (modelTopology instanceof ArrayBuffer) {
    throw new TypeError(`${file}: expected a model whose topology is JSON, got a binary one.`);
  }
  const buffers = weightData === undefined ? [] : Array.isArray(weightData) ? weightData : [weightData];
  const weights = buffers.map((buffer) => new Uint8Array(buffer));
  const name = weightsName(file, weights);
  const document: ModelDocument = {
    ...rest,
    modelTopology,
    ...(weightSpecs === undefined ? {} : { weightsManifest: [{ paths: [name], weights: weightSpecs }] }),
  };
  const sha256 = modelDigest(document, weights);

  const directory = dirname(file);
  const old = await weightsInUse(file);
  // From here on a temporary file tells others that somebody saves.
  const model = await stage(file, [Buffer.from(JSON.stringify({ ...document, sha256 }))]);
  try {
    if (weightSpecs !== undefined) await writeDurably(join(directory, name), weights);
    await model.commit();
  } catch (error) {
    await model.discard();
    if (!old.includes(name)) await rm(join(directory, name), { force: true });
    throw error;
  }
  for (const unused of old) if (unused !== name) await rm(join(directory, unused), { force: true });
  await removeOrphans(file, name);
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}
