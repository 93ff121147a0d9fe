import { io } from '@tensorflow/tfjs-core';
import type { Model } from '../recipe';

/** What `net.save` writes, in memory. */
export async function keepModel({ net }: Model): Promise<io.ModelArtifacts> {
  let kept: io.ModelArtifacts | undefined;
  await net.save(
    io.withSaveHandler(async (artifacts) => {
      kept = artifacts;
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  return kept!;
}
