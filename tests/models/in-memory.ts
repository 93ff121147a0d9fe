import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What `net.save` writes, the topology through JSON as on a disk: a handler to load it from. */
export async function saved(net: LayersModel): Promise<io.IOHandler> {
  let kept: io.ModelArtifacts | undefined;
  await net.save(
    io.withSaveHandler(async (artifacts) => {
      kept = { ...artifacts, modelTopology: JSON.parse(JSON.stringify(artifacts.modelTopology)) };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return { load: async () => kept! };
}
