import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fuseBatchNorm } from './fuse-batch-norm';
import { fuseConv2d } from './fuse-conv2d';
import { fuseLayerNorm } from './fuse-layer-norm';

const FUSED: Readonly<Record<string, (layer: layers.Layer) => layers.Layer>> = {
  Conv2D: fuseConv2d,
  BatchNormalization: fuseBatchNorm,
  LayerNormalization: fuseLayerNorm,
};

/** Makes the standard layers of a net train like those that this library's builders make. */
export function fuseLayers(net: LayersModel): void {
  for (const layer of net.layers) {
    if ('layers' in layer) fuseLayers(layer as LayersModel);
    else FUSED[layer.getClassName()]?.(layer);
  }
}
