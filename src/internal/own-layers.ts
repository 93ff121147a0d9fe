import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** How often a layer or a net is in use; tfjs-layers has no public word for it. */
const usesOf = (layer: layers.Layer): number =>
  (layer as unknown as { readonly _refCount: number | null })._refCount ?? 0;

/**
 * Lets `net.dispose()` free layers that are called several times, and nets in it, where nothing else uses them: TensorFlow.js
 * counts every call, and a net gives back one for a layer and two for a net.
 */
export function ownLayers(net: LayersModel): void {
  for (const layer of net.layers) {
    const isNet = 'layers' in layer;
    for (let uses = usesOf(layer); uses > (isNet ? 2 : 1); uses--) layer.dispose();
    if (isNet) ownLayers(layer as unknown as LayersModel);
  }
}
