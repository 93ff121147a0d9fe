import { fields, finite, integer, isReservedKey, listOf, oneOf, optional, text } from '../internal/readers';

const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

const readSpec = fields({
  name: text,
  shape: listOf(integer()),
  dtype: oneOf(['float32', 'int32', 'bool', 'complex64', 'string']),
  group: optional(text),
  quantization: optional(
    fields({ dtype: oneOf(['uint8', 'uint16', 'float16']), min: optional(finite()), scale: optional(finite()) }),
  ),
});
const readSpecs = listOf(readSpec);

/** What is known of a model's weights without their values. */
export interface WeightSizes {
  /** What they take; the least where there are strings, whose length only the data tells. */
  readonly bytes: number;
  readonly exact: boolean;
  /** The longest axis of any of them. */
  readonly longest: number;
}

/** @throws {RangeError} or TypeError where these are no weight specs, or two have one name. */
export function checkWeightSpecs(specs: unknown, at: string): WeightSizes {
  const names = new Set<string>();
  const sizes = { bytes: 0, exact: true, longest: 0 };
  for (const [i, { name, shape, dtype, quantization }] of readSpecs(specs, at).entries()) {
    if (isReservedKey(name)) throw new RangeError(`${at}[${i}]: the name '${name}' is reserved.`);
    if (names.has(name)) throw new RangeError(`${at}: expected weights of different names, found '${name}' twice.`);
    names.add(name);
    if (quantization !== undefined && quantization.dtype !== 'float16') {
      finite()(quantization.min, `${at}[${i}].quantization.min`);
      finite()(quantization.scale, `${at}[${i}].quantization.scale`);
    }
    const stored = quantization?.dtype ?? dtype;
    if (stored === 'string') sizes.exact = false;
    // Each string begins with 4 bytes for its length.
    sizes.bytes += (stored === 'string' ? 4 : BYTES[stored]) * shape.reduce((product, n) => product * n, 1);
    for (const length of shape) sizes.longest = Math.max(sizes.longest, length);
  }
  return sizes;
}

/** @throws {RangeError} where weights take another number of bytes than their specs say; `where` they are, if anywhere. */
export function checkByteLength({ bytes, exact }: WeightSizes, found: number, who: string, where = ''): void {
  if (exact ? found === bytes : found >= bytes) return;
  throw new RangeError(
    `${who}: expected ${exact ? '' : 'at least '}${bytes} bytes of weights${where}, found ${found}.`,
  );
}
