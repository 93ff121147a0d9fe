import type { Random } from 'tfjs-multitask/data';

/** A change of one of the parts that an image file is made of; sums and lengths are corrected afterwards. */
export type Craft =
  | { readonly craft: 'drop' | 'repeat' | 'swap'; readonly part: number; readonly bytes?: undefined }
  | {
      readonly craft: 'number';
      readonly part: number;
      readonly at: number;
      readonly bytes: 1 | 2 | 4;
      readonly value: number;
    };

/** What sizes, counts and offsets are least expected to be. */
const NUMBERS = [
  0,
  1,
  2,
  3,
  7,
  16,
  64,
  255,
  256,
  4096,
  65535,
  65536,
  2 ** 20,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

export function drawCraft({ integer }: Random): Craft {
  const part = integer(40);
  if (integer(3) === 0) return { craft: (['drop', 'repeat', 'swap'] as const)[integer(3)], part };
  const bytes = ([1, 2, 4] as const)[integer(3)];
  return { craft: 'number', part, at: integer(24), bytes, value: NUMBERS[integer(NUMBERS.length)] };
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** How a format's files are made of parts. */
interface Format {
  split(bytes: Buffer): Buffer[];
  join(parts: readonly Buffer[]): Buffer;
}

/** Chunks, without length and sum. */
const png: Format = {
  split(bytes) {
    const parts: Buffer[] = [];
    for (let at = 8; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at);
      parts.push(bytes.subarray(at + 4, at + 8 + length));
      at += 12 + length;
    }
    return parts;
  },
  join: (parts) =>
    Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      ...parts.flatMap((part) => [uint32(part.length - 4), part, uint32(crc32(part))]),
    ]),
};

/** Segments, without their lengths; what follows the last header is one part. */
const jpeg: Format = {
  split(bytes) {
    const parts: Buffer[] = [];
    let at = 2;
    while (bytes[at + 1] !== 0xda) {
      const length = bytes.readUInt16BE(at + 2);
      parts.push(Buffer.concat([bytes.subarray(at, at + 2), bytes.subarray(at + 4, at + 2 + length)]));
      at += 2 + length;
    }
    return [...parts, bytes.subarray(at)];
  },
  join(parts) {
    const segments = parts.map((part) => {
      if (part[1] === 0xda) return part;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(part.length & 0xffff);
      return Buffer.concat([part.subarray(0, 2), length, part.subarray(2)]);
    });
    return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments]);
  },
};

/** The header with all pixels, each entry of the directory after them, and what follows; little-endian. */
const tiff: Format = {
  split(bytes) {
    const at = bytes.readUInt32LE(4);
    const entries = bytes.readUInt16LE(at);
    const end = at + 2 + 12 * entries;
    const each = Array.from({ length: entries }, (_, i) => bytes.subarray(at + 2 + 12 * i, at + 14 + 12 * i));
    return [...each, bytes.subarray(end), bytes.subarray(0, at + 2)];
  },
  join(parts) {
    const head = Buffer.from(parts.at(-1)!);
    if (head.length > 10) head.writeUInt16LE(parts.length - 2, head.length - 2);
    return Buffer.concat([head, ...parts.slice(0, -1)]);
  },
};

const FORMATS = { png, jpeg, tiff };

function change(parts: readonly Buffer[], craft: Craft): Buffer[] {
  const i = craft.part % parts.length;
  const copy = [...parts];
  if (craft.bytes !== undefined) {
    if (parts[i].length <= craft.bytes) return copy;
    copy[i] = Buffer.from(parts[i]);
    const at = craft.at % (parts[i].length - craft.bytes);
    const value = craft.value % 256 ** craft.bytes;
    // TIFF, whose entries have 12 bytes, is little-endian here.
    if (parts[i].length === 12) copy[i].writeUIntLE(value, at, craft.bytes);
    else copy[i].writeUIntBE(value, at, craft.bytes);
  } else if (craft.craft === 'drop') copy.splice(i, 1);
  else if (craft.craft === 'repeat') copy.splice(i, 0, parts[i]);
  else if (craft.craft === 'swap') copy.splice(i, 2, ...parts.slice(i, i + 2).reverse());
  return copy;
}

/** Crafted bytes of a PNG, JPEG or TIFF file. */
export function craftImage(format: keyof typeof FORMATS, bytes: Buffer, crafts: readonly Craft[]): Buffer {
  if (crafts.length === 0) return bytes;
  const { split, join } = FORMATS[format];
  return join(crafts.reduce((parts, craft) => (parts.length === 0 ? parts : change(parts, craft)), split(bytes)));
}
