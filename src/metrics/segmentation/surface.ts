/**
 * The pixels of a mask with a neighbour outside of it. Neighbours share a side (4 in a plane, 6 in a volume), and
 * beyond the image is outside: a mask that touches the border has a surface there.
 */
export function surface(mask: Uint8Array, shape: readonly number[]): Uint8Array {
  const edge = new Uint8Array(mask.length);
  let stride = mask.length;
  for (const length of shape) {
    stride /= length;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue;
      const position = Math.floor(i / stride) % length;
      const isInner = position > 0 && position < length - 1 && mask[i - stride] === 1 && mask[i + stride] === 1;
      if (!isInner) edge[i] = 1;
    }
  }
  return edge;
}
