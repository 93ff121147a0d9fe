export interface TiffOptions {
  /** PhotometricInterpretation. */
  readonly colours: number;
  readonly compression?: number;
  readonly order?: 'II' | 'MM';
  /** BigTIFF: offsets of 64 bits. */
  readonly big?: boolean;
}

/** A TIFF file of one strip, `width` x 1 pixels of three bytes, written tag by tag after TIFF 6.0 and BigTIFF. */
export function tiffFile(
  strip: Uint8Array,
  width: number,
  { colours, compression = 1, order = 'II', big = false }: TiffOptions,
): Buffer {
  const little = order === 'II';
  const number = (value: number, bytes: 2 | 4 | 8): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntLE(value, 0, Math.min(6, bytes));
    return little ? buffer : buffer.reverse();
  };
  const word = big ? 8 : 4;
  const header = big ? 16 : 8;
  const values: [tag: number, ...numbers: number[]][] = [
    [256, width],
    [257, 1],
    [258, 8, 8, 8],
    [259, compression],
    [262, colours],
    [273, header],
    [277, 3],
    [278, 1],
    [279, strip.length],
    [530, 1, 1],
  ];
  const start = header + strip.length + (strip.length % 2);
  const directory = (big ? 8 : 2) + values.length * (4 + 2 * word) + word;
  const spilt: Buffer[] = [];
  const entries = values.map(([tag, ...numbers]) => {
    const content = Buffer.concat(numbers.map((value) => number(value, 2)));
    const fits = content.length <= word;
    const at = start + directory + spilt.reduce((sum, { length }) => sum + length, 0);
    if (!fits) spilt.push(content);
    const field = fits ? Buffer.concat([content, Buffer.alloc(word - content.length)]) : number(at, word as 4 | 8);
    return Buffer.concat([number(tag, 2), number(3, 2), number(numbers.length, word as 4 | 8), field]);
  });
  return Buffer.concat([
    Buffer.from(order),
    number(big ? 43 : 42, 2),
    ...(big ? [number(8, 2), number(0, 2)] : []),
    number(start, word as 4 | 8),
    strip,
    Buffer.alloc(strip.length % 2),
    number(values.length, big ? 8 : 2),
    ...entries,
    number(0, word as 4 | 8),
    ...spilt,
  ]);
}
