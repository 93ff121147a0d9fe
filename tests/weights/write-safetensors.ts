/** A safetensors file of float32 tensors: shape and values by name. */
export function writeSafetensors(
  tensors: Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, [shape, values]]) => {
    const from = end;
    end += 4 * values.length;
    return [name, { dtype: 'F32', shape, data_offsets: [from, end] }] as const;
  });
  const header = { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) };
  const data = new Float32Array(Object.values(tensors).flatMap(([, values]) => values));
  return withHeader(JSON.stringify(header), new Uint8Array(data.buffer));
}

/** A file of this header, whatever it says. */
export function withHeader(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
