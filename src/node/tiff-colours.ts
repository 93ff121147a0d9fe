const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const JPEG = 7;
const YCBCR = 6;

/** PhotometricInterpretation (TIFF 6.0, pages 37 and 89): white is 0, black is 0, RGB, a palette of RGB. */
const READ_AS_STORED: readonly number[] = [0, 1, 2, 3];
const NAMES: Readonly<Record<number, string>> = { 4: 'a transparency mask', 5: 'CMYK', 6: 'YCbCr', 8: 'CIE L*a*b*' };

/** The first value of the tags of a page of a TIFF file, as far as they are numbers of 16 bits, which these are. */
function shortTags(bytes: Buffer, page: number): Map<number, number> {
  const little = bytes[0] === 0x49;
  const short = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const huge = (at: number): number => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const big = short(2) === 43;
  let start = big ? huge(8) : long(4);
  const [first, size, value] = big ? [8, 20, 12] : [2, 12, 8];
  const countAt = big ? huge : short;
  for (let i = 0; i < page; i++) {
    const next = start + first + countAt(start) * size;
    start = big ? huge(next) : long(next);
  }
  const count = countAt(start);
  const tags = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const entry = start + first + i * size;
    tags.set(short(entry), short(entry + value));
  }
  return tags;
}

/**
 * What the colours of a TIFF file's page are, in words, where its decoder would give back other numbers than those of
 * grey or RGB pixels: it takes YCbCr for RGB unless JPEG compressed them. Undefined where they are right, or where the
 * file's directory cannot be read, which the decoder says better.
 */
export function strangeTiffColours(bytes: Buffer, page = 0): string | undefined {
  let tags: Map<number, number>;
  try {
    tags = shortTags(bytes, page);
  } catch {
    return undefined;
  }
  const colours = tags.get(PHOTOMETRIC);
  if (colours === undefined || READ_AS_STORED.includes(colours)) return undefined;
  if (colours === YCBCR && tags.get(COMPRESSION) === JPEG) return undefined;
  return NAMES[colours] ?? `those of PhotometricInterpretation ${colours}`;
}
