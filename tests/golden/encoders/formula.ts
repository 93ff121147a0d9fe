import { type Tensor4D, tensor, tensor4d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

// The numbers of formula.py.

/** The 32-bit FNV-1a hash of a text. */
function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}

/** `change(u)` of numbers u in [0, 1): MurmurHash3's finalizer of a counter that begins at the hash of a text. */
function formula(text: string, size: number, change: (u: number) => number): Float32Array {
  const seed = fnv1a(text);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let h = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    values[i] = change(((h ^ (h >>> 16)) >>> 0) / 2 ** 32);
  }
  return values;
}

function weightValues(name: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const kind = name.slice(name.lastIndexOf('/') + 1);
  if (kind === 'kernel' || kind === 'depthwise_kernel') {
    const into = kind === 'depthwise_kernel' ? shape.slice(0, 2) : shape.slice(0, -1);
    const bound = Math.sqrt(6 / into.reduce((product, n) => product * n, 1));
    return formula(name, size, (u) => (2 * u - 1) * bound);
  }
  if (kind === 'gamma' || kind === 'moving_variance') return formula(name, size, (u) => 1 + 0.5 * (2 * u - 1));
  return formula(name, size, (u) => 0.1 * (2 * u - 1));
}

/**
 * Gives the layers of a net whose names begin with `prefix`, or with that and `name`, the weights that the formula has for the names
 * without the prefix.
 */
export function setWeights(net: LayersModel, prefix: string, name = ''): void {
  for (const layer of net.layers) {
    if (layer.weights.length === 0 || !layer.name.startsWith(prefix + name)) continue;
    const values = layer.weights.map(({ originalName, shape }) =>
      tensor(weightValues(originalName.slice(prefix.length), shape as number[]), shape as number[]),
    );
    layer.setWeights(values);
    for (const value of values) value.dispose();
  }
}

/** One image of `[1, height, width, channels]` in [0, 1). */
export function image(height: number, width: number, channels = 3): Tensor4D {
  const values = formula(`image ${height} ${width} ${channels}`, height * width * channels, (u) => u);
  return tensor4d(values, [1, height, width, channels]);
}
