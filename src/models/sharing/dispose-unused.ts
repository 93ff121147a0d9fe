import type { LayersModel } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../layers/in-order';
import type { Features } from '../../types';

/** Disposes the layers behind features that no head has used, such as a gate on a skip: no net would ever do it. */
export function disposeUnused(features: readonly Features[], net: LayersModel): void {
  const used = new Set(net.layers);
  const tensors = inOrder(features.flatMap(({ skips, bottleneck }) => [...skips, bottleneck]));
  // tfjs counts how often a layer has been applied, so once for each node.
  for (const { outboundLayer } of new Set(tensors.map((x) => x.sourceLayer.inboundNodes[x.nodeIndex]))) {
    if (!used.has(outboundLayer)) outboundLayer.dispose();
  }
}
