// Markers of ITU-T T.81, table B.1.
const BASELINE = 0xc0;
const EXTENDED = 0xc1;
const HUFFMAN_TABLES = 0xc4;
const RESTART = 0xd0;
const END = 0xd9;
const SCAN = 0xda;
const RESTART_INTERVAL = 0xdd;

/** For each 16 bits that may come: the length of the code that they begin with, 0 for none, above its symbol. */
type HuffmanTable = Uint16Array;

interface Component {
  readonly across: number;
  readonly down: number;
  /** In blocks of 8 x 8 pixels, as a scan of this component alone has them. */
  readonly blocks: number;
}

interface Frame {
  readonly components: ReadonlyMap<number, Component>;
  /** In minimum coded units, as a scan of all components has them. */
  readonly units: number;
}

function readHuffmanTables(segment: Buffer, into: Map<number, HuffmanTable>): void {
  for (let at = 0; at < segment.length; ) {
    const table = new Uint16Array(1 << 16);
    const counts = segment.subarray(at + 1, at + 17);
    let symbol = at + 17;
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      for (let i = 0; i < counts[length - 1]; i++, symbol++) {
        const width = 1 << (16 - length);
        table.fill((length << 8) | segment.readUInt8(symbol), code, code + width);
        code += width;
      }
    }
    into.set(segment[at], table);
    at = symbol;
  }
}

function readFrame(segment: Buffer): Frame {
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  const factors = Array.from({ length: segment[5] }, (_, i) => {
    const at = 6 + 3 * i;
    return { id: segment.readUInt8(at), across: segment.readUInt8(at + 1) >> 4, down: segment[at + 1] & 15 };
  });
  const across = Math.max(...factors.map((factor) => factor.across));
  const down = Math.max(...factors.map((factor) => factor.down));
  const blocks = (pixels: number, own: number, most: number): number => Math.ceil(Math.ceil((pixels * own) / most) / 8);
  return {
    components: new Map(
      factors.map(({ id, ...own }) => [
        id,
        { ...own, blocks: blocks(width, own.across, across) * blocks(height, own.down, down) },
      ]),
    ),
    units: Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down)),
  };
}

/** Bits from `start` up to the next marker; a 0 behind each 0xff is none of them. */
function bitReader(bytes: Buffer, start: number) {
  let at = start;
  let value = 0;
  let held = 0;
  let invented = 0; // of those held: ones that stand for what is behind the marker
  const atMarker = (): boolean => at >= bytes.length || (bytes[at] === 0xff && bytes[at + 1] !== 0);
  return {
    next16(): number {
      while (held < 16) {
        let byte = 0xff;
        if (atMarker()) invented += 8;
        else {
          byte = bytes[at];
          at += byte === 0xff ? 2 : 1;
        }
        value = ((value << 8) | byte) & 0xffffff;
        held += 8;
      }
      return (value >> (held - 16)) & 0xffff;
    },
    /** At most 16, after `next16`. */
    take(bits: number): void {
      held -= bits;
      if (held < invented) throw new Error('its image data end too early');
    },
    /** Leaves the rest of the last byte out; returns the place of the marker that must be there. */
    end(): number {
      if (held - invented >= 8 || !atMarker()) throw new Error('its image data are longer than its image');
      [held, invented] = [0, 0];
      return at;
    },
    restartAt(place: number): void {
      at = place;
    },
  };
}

/** Reads one scan from its header on; returns the place of the marker behind it. */
function readScan(
  bytes: Buffer,
  start: number,
  { components, units }: Frame,
  tables: ReadonlyMap<number, HuffmanTable>,
  interval: number,
): number {
  const count = bytes.readUInt8(start + 2);
  if (count === 0) throw new Error('a part of its image data is of no component');
  const parts = Array.from({ length: count }, (_, i) => {
    const chosen = bytes.readUInt8(start + 4 + 2 * i);
    const component = components.get(bytes[start + 3 + 2 * i]);
    const [dc, ac] = [tables.get(chosen >> 4), tables.get(0x10 | (chosen & 15))];
    if (component === undefined || dc === undefined || ac === undefined) {
      throw new Error('its image data need tables that it lacks');
    }
    return { dc, ac, blocks: count === 1 ? 1 : component.across * component.down, alone: component.blocks };
  });
  const total = count === 1 ? parts[0].alone : units;
  const reader = bitReader(bytes, start + bytes.readUInt16BE(start));
  const symbol = (table: HuffmanTable): number => {
    const entry = table[reader.next16()];
    if (entry >> 8 === 0) throw new Error('its image data hold a code that there is not');
    reader.take(entry >> 8);
    return entry & 0xff;
  };
  const skip = (bits: number): void => {
    if (bits === 0) return;
    reader.next16();
    reader.take(bits);
  };
  const readBlock = (dc: HuffmanTable, ac: HuffmanTable): void => {
    skip(symbol(dc) & 15);
    for (let k = 1; k < 64; k++) {
      const both = symbol(ac);
      if (both === 0) return;
      k += both >> 4;
      if (k > 63) throw new Error('its image data hold a block of more than 64 numbers');
      skip(both & 15);
    }
  };
  for (let unit = 0; unit < total; unit++) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      let at = reader.end();
      while (bytes[at + 1] === 0xff) at++;
      if (bytes[at + 1] !== RESTART + ((unit / interval - 1) % 8))
        throw new Error('a part of its image data is missing');
      reader.restartAt(at + 2);
    }
    for (const { dc, ac, blocks } of parts) for (let block = 0; block < blocks; block++) readBlock(dc, ac);
  }
  return reader.end();
}

/**
 * Throws where the compressed data of a baseline JPEG are not those of its image: too few, too many, or no codes of its
 * tables. JPEG has no checksum, and a decoder goes on behind a damage with pixels that are shifted or another image's;
 * libjpeg warns of what is missing, but not of what is left over. Progressive images are left to it: there each scan must
 * fit, and it does warn.
 */
export function checkJpegScans(bytes: Buffer): void {
  const tables = new Map<number, HuffmanTable>();
  let frame: Frame | undefined;
  let interval = 0;
  for (let at = 2; at < bytes.length; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === END) return;
    const start = at + 2;
    const segment = bytes.subarray(start + 2, start + bytes.readUInt16BE(start));
    at = start + segment.length + 2;
    if (marker === HUFFMAN_TABLES) readHuffmanTables(segment, tables);
    else if (marker === RESTART_INTERVAL) interval = segment.readUInt16BE(0);
    else if (marker === BASELINE || marker === EXTENDED) frame = readFrame(segment);
    else if (marker === SCAN) {
      if (frame === undefined) return;
      at = readScan(bytes, start, frame, tables, interval);
    }
  }
}
