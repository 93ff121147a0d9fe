import { joinBytes } from '../../internal/join-bytes';
import type { Weight } from '../graph/graph';

const ALIGNMENT = 8;

/** Tensors in the format of safetensors, in single precision; `said`: texts beside them. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Weight>,
  said: Readonly<Record<string, string>>,
): Uint8Array {
  let at = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    const from = at;
    at += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [from, at] }];
  });
  const text = JSON.stringify({ __metadata__: { format: 'pt', ...said }, ...Object.fromEntries(entries) });
  const header = new TextEncoder().encode(text);
  const length = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const start = new Uint8Array(8 + length).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(length), true);
  start.set(header, 8);
  const data = [...tensors.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return joinBytes([start, ...data]);
}
