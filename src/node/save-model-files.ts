import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { isWeightsName, type ModelDocument, modelDigest, modelFile, weightsName } from './model-files';
import { removeLeftovers, writeDurably } from './write-durably';

/** The weights of the model that lies there, as far as they are ours to remove. */
async function weightsInUse(file: string): Promise<string[]> {
  try {
    const document = JSON.parse(await readFile(file, 'utf8')) as ModelDocument;
    const paths = (document.weightsManifest ?? []).flatMap((group) => group.paths);
    return paths.filter((path) => isWeightsName(file, path));
  } catch {
    return []; // no model yet, or a broken one that is about to be replaced
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
  if (weightSpecs !== undefined) await writeDurably(join(directory, name), weights);
  try {
    await writeDurably(file, [Buffer.from(JSON.stringify({ ...document, sha256 }))]);
  } catch (error) {
    if (!old.includes(name)) await rm(join(directory, name), { force: true });
    throw error;
  }
  for (const unused of old) if (unused !== name) await rm(join(directory, unused), { force: true });
  await removeLeftovers(directory, (other) => isWeightsName(file, other) && other !== name);
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}
