import { listOf, numberOf, recordOf, textOf, unsigned } from './plain';

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** An entry as the document has it: numbers are added to what would be right. */
export const zipEntry = (name: string) => ({ name, flags: 0, method: 0, crc: 0, packed: 0, size: 0, offset: 0 });

/** A zip archive of stored entries; `contentOf` gives an entry's bytes. */
export function writeZip(entries: unknown, contentOf: (name: string, entry: unknown) => Buffer): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of listOf(entries)) {
    const { name: given, flags, method, crc, packed, size, offset } = recordOf(entry);
    const name = Buffer.from(textOf(given));
    const content = contentOf(name.toString(), entry);
    const common = Buffer.concat([
      unsigned(flags, 2),
      unsigned(method, 2),
      Buffer.alloc(4),
      unsigned(crc32(content) + numberOf(crc), 4),
      unsigned(content.length + numberOf(packed), 4),
      unsigned(content.length + numberOf(size), 4),
      unsigned(name.length, 2),
      unsigned(0, 2),
    ]);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), unsigned(20, 2), common, name, content]);
    const place = Buffer.concat([Buffer.alloc(10), unsigned(at + numberOf(offset), 4)]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), unsigned(20, 2), unsigned(20, 2), common, place, name]));
    parts.push(local);
    at += local.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const count = unsigned(directory.length, 2);
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06\0\0\0\0'),
    count,
    count,
    unsigned(length, 4),
    unsigned(at, 4),
    Buffer.alloc(2),
  ]);
  return Buffer.concat([...parts, ...directory, end]);
}
