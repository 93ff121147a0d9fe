type Tables = readonly Uint32Array[];

/** The remainders of all bytes, and of all bytes with one to seven bytes of zeros behind them: eight bytes go in one step. */
function makeTables(polynomial: number): Tables {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? polynomial : 0);
    made[0][byte] = rest;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let k = 1; k < 8; k++) {
      const before = made[k - 1][byte];
      made[k][byte] = (before >>> 8) ^ made[0][before & 0xff];
    }
  }
  return made;
}

/** The checksum of a polynomial, whose bits are in reverse order. Its tables are made on first use. */
function checksum(polynomial: number): (bytes: Uint8Array) => number {
  let tables: Tables | undefined;
  return (bytes) => {
    tables ??= makeTables(polynomial);
    const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let crc = ~0;
    let at = 0;
    for (; at + 8 <= bytes.length; at += 8) {
      const low = view.getUint32(at, true) ^ crc;
      const high = view.getUint32(at + 4, true);
      crc =
        t7[low & 0xff] ^
        t6[(low >>> 8) & 0xff] ^
        t5[(low >>> 16) & 0xff] ^
        t4[low >>> 24] ^
        t3[high & 0xff] ^
        t2[(high >>> 8) & 0xff] ^
        t1[(high >>> 16) & 0xff] ^
        t0[high >>> 24];
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]) & 0xff];
    return ~crc >>> 0;
  };
}

/** The checksum that zip archives have of each entry. Source: ISO 3309, as in RFC 1952, section 8. */
export const crc32 = checksum(0xedb88320);

/** CRC32C, the checksum of records of TensorFlow. Source: Castagnoli, as in RFC 3720, section 12.1. */
export const crc32c = checksum(0x82f63b78);
