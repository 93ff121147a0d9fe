/** What documents hold after edits may be of any kind: writers take the nearest of the kind that they need. */

export const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Little-endian float32. */
export function floatBytes(values: unknown): Buffer {
  return Buffer.from(Float32Array.from(listOf(values), numberOf).buffer);
}

/** An unsigned number of so many bytes, little-endian, modulo what they hold. */
export function unsigned(value: unknown, bytes: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(Math.trunc(numberOf(value)))));
  return buffer.subarray(0, bytes);
}
