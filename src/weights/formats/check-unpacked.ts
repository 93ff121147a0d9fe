/** What any file may become, in bytes. */
const FLOOR = 64 * 1024 ** 2;
/** How many times its own length a file may become. Weights hardly pack at all. */
const RATIO = 64;

/** Throws where a file would become so long that it was made to fill the memory. */
export function checkUnpacked(unpacked: number, packed: number, who: string): void {
  const most = Math.max(FLOOR, RATIO * packed);
  if (unpacked <= most) return;
  throw new RangeError(
    `${who}: expected at most ${most} bytes when unpacked from ${packed}, found ${unpacked}: the file was made to fill the memory.`,
  );
}
