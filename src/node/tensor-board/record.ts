import { crc32c } from '../../internal/crc32';
import { joinBytes } from '../../internal/join-bytes';

/** A checksum as records hold it: turned by 15 bits, and moved by a constant. Source: TensorFlow, core/lib/hash/crc32c.h. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function integers(...values: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) bytes.setUint32(4 * i, value, true);
  return new Uint8Array(bytes.buffer);
}

/** Data as a record of TensorFlow: its length in 64 bits, the checksum of that, the data, and its checksum. */
export function toRecord(data: Uint8Array): Uint8Array {
  const length = integers(data.length, 0);
  return joinBytes([length, integers(masked(length)), data, integers(masked(data))]);
}
