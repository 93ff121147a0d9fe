/** 'GCOL', version 1, and three bytes of zeros. */
const MAGIC = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
/** Of a heap and of an object in it: numbers, references, and a length of 8 bytes. */
const HEADER = 16;

/**
 * Whether the objects of a heap, where HDF5 keeps texts of any length, lie one behind the other up to its end. The library
 * walks over them and never ends where one has no length.
 */
function isWhole(view: DataView, heap: number): boolean {
  if (heap + HEADER > view.byteLength) return false;
  const end = heap + Number(view.getBigUint64(heap + 8, true));
  if (end > view.byteLength) return false;
  for (let at = heap + HEADER; at + HEADER <= end; ) {
    const length = Number(view.getBigUint64(at + 8, true));
    const isFree = view.getUint16(at, true) === 0;
    const taken = isFree ? length : HEADER + Math.ceil(length / 8) * 8;
    if (taken === 0 || at + taken > end) return false;
    at += taken;
  }
  return true;
}

/** @throws {RangeError} that does not name the file, where one of the heaps of an HDF5 file is broken. */
export function checkH5Heaps(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.indexOf(MAGIC[0]); at >= 0; at = bytes.indexOf(MAGIC[0], at + 1)) {
    const isHeap = MAGIC.every((byte, i) => bytes[at + i] === byte);
    if (isHeap && !isWhole(view, at)) throw new RangeError(`a heap of texts at byte ${at} is broken`);
  }
}
