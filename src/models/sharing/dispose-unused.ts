import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Node = SymbolicTensor['sourceLayer']['inboundNodes'][number];

/**
 * Disposes the layers that have been built on `input` and are not in the net: behind features that no head has used,
 * such as a gate on a skip, or all of them where no net was built. Nothing else would dispose them.
 */
export function disposeUnused(input: SymbolicTensor, net?: LayersModel): void {
  const used = new Set(net?.layers);
  const nodes = new Set<Node>();
  // By tensors, not by layers: a layer may belong to another model as well.
  const visit = (tensor: SymbolicTensor): void => {
    for (const node of tensor.sourceLayer.outboundNodes) {
      if (nodes.has(node) || !node.inputTensors.includes(tensor)) continue;
      nodes.add(node);
      node.outputTensors.forEach(visit);
    }
  };
  visit(input);
  // tfjs counts how often a layer has been applied, so once for each node.
  for (const { outboundLayer } of nodes) if (!used.has(outboundLayer)) outboundLayer.dispose();
}
