import { concat, max, mean, reshape, type Tensor, type Tensor1D, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkMembers } from '../../internal/check-kinds';
import { firstNonFinite } from '../../internal/layer-weights';
import { isFloats } from '../../internal/readers';
import { runBetween } from '../../internal/run-between';
import { sizeOf } from '../../internal/size-of';
import type { FeatureStore, NDArray } from '../../types';
import { digestOfImage, digestOfNet } from './digest';

/** What of a feature map becomes features: its means or maxima by channel, or all of it. */
export type Pooling = 'mean' | 'max' | 'none';

/** How many numbers a tensor has of each sample, once it is pooled. */
export function lengthOf(x: SymbolicTensor, pool: Pooling = 'none'): number {
  return pool === 'none' ? sizeOf(x) : (x.shape[x.shape.length - 1] as number);
}

/** Throws unless `store` is one that features can be kept in. */
export function checkStore(store: unknown, name: string): void {
  checkMembers(
    store,
    { get: 'function', set: 'function' },
    name,
    "a store of features, such as featureFolder('features')",
  );
}

/** Which features are to be computed. */
export interface FeatureRequest {
  /** For errors. */
  readonly caller: string;
  readonly net: LayersModel;
  /** The tensors of the net whose values are the features, one behind the other. */
  readonly outputs: readonly SymbolicTensor[];
  readonly pool: Pooling;
  readonly store: FeatureStore;
}

/** The features of images, which a store has or gets. */
export interface FeatureReader {
  /** Reads them, or computes and keeps them. */
  read(image: NDArray, id: string): Promise<Float32Array>;
  /** From now on what the store has lost is computed only if the net is as it was in the beginning. */
  close(): void;
}

function pooled(x: Tensor, pool: Pooling): Tensor1D {
  const axes = Array.from({ length: x.rank - 1 }, (_, i) => i);
  if (pool === 'none' || x.rank <= 2) return reshape(x, [-1]) as Tensor1D;
  return reshape(pool === 'mean' ? mean(x, axes) : max(x, axes), [-1]) as Tensor1D;
}

/** Throws unless an image has the shape that the net takes. */
function checkImage({ shape }: NDArray, id: string, { caller, net }: FeatureRequest): void {
  const [, ...expected] = net.inputs[0].shape;
  if (shape.length === expected.length && expected.every((side, i) => side === null || side === shape[i])) return;
  const sides = expected.map((side) => side ?? 'any');
  throw new RangeError(`${caller}: the image '${id}' has the shape [${shape}], and the model takes [${sides}].`);
}

async function compute(
  image: { readonly data: Float32Array; readonly shape: readonly number[] },
  id: string,
  request: FeatureRequest,
): Promise<Float32Array> {
  const { caller, net, outputs, pool } = request;
  const joined = tidy(() => {
    const x = tensor(image.data, [1, ...image.shape], 'float32');
    return concat(runBetween(net, net.inputs, [x], outputs, false).map((part) => pooled(part, pool)));
  });
  const values = await joined.data<'float32'>();
  joined.dispose();
  const bad = firstNonFinite(values);
  if (bad === undefined) return values;
  throw new RangeError(`${caller}: the features of the image '${id}' must be finite, got ${bad}; look at its pixels.`);
}

/** Computes features of images, each once: what is kept is found by the images' content, whatever their ids. */
export async function computeOnce(request: FeatureRequest): Promise<FeatureReader> {
  const { caller, outputs, pool, store } = request;
  const length = outputs.reduce((sum, x) => sum + lengthOf(x, pool), 0);
  const net = await digestOfNet(outputs);
  let closed = false;
  return {
    async read(image, id) {
      checkImage(image, id, request);
      const { data, shape } = image;
      const floats = { data: data instanceof Float32Array ? data : Float32Array.from(data), shape };
      const key = digestOfImage(floats, [net, pool]);
      const kept = await store.get(key);
      if (isFloats(kept) && kept.length === length) return kept;
      if (closed && (await digestOfNet(outputs)) !== net) {
        throw new Error(
          `${caller}: the store no longer has the features of the image '${id}', and the frozen part of the model has ` +
            `changed since; call ${caller} again.`,
        );
      }
      const values = await compute(floats, id, request);
      await store.set(key, values);
      return values;
    },
    close() {
      closed = true;
    },
  };
}
