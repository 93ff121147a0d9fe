import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { crc32, crc32c } from '../../src/internal/crc32';

describe('crc32', () => {
  it('has the check values of the catalogue of CRCs and of zlib', () => {
    expect(crc32(strToU8('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
    // Python: zlib.crc32(bytes(range(256)) * 3)
    expect(crc32(Uint8Array.from({ length: 768 }, (_, i) => i % 256))).toBe(0xb0c0df2a);
  });
});

describe('crc32c', () => {
  it('has the check values of the catalogue of CRCs and of RFC 3720', () => {
    expect(crc32c(strToU8('123456789'))).toBe(0xe3069283);
    // RFC 3720, section B.4: 32 bytes of zeros, of ones, counted up and counted down.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
  });
});
