import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../layers/in-order';
import type { Features } from '../../types';

/** Disposes the layers behind features that no head has used, such as a gate on a skip: no net would ever do it. */
export function disposeUnused(features: readonly Features[], net: LayersModel): void {
  const used = new Set(net.layers);
  const tensors = inOrder(features.flatMap(({ skips, bottleneck }) => [...skips, bottleneck]));
  for (const layer of new Set(tensors.map(({ sourceLayer }) => sourceLayer))) {
    if (used.has(layer)) continue;
    // tfjs counts how often a layer has been applied.
    for (const _ of layer.inboundNodes) layer.dispose();
  }
}
