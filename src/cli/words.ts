/** Cells under each other: `<` for columns whose cells begin, `>` for those whose cells end in one place. */
export function table(alignment: string, rows: readonly (readonly string[])[]): string {
  const widths = [...alignment].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (alignment[i] === '>' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `12,345`. */
export const count = (value: number): string => value.toLocaleString('en-US');

const PREFIXES = ['', 'k', 'M', 'G', 'T'];

/** Three digits and what they count in: `1.23 M`. */
export function short(value: number, unit = ''): string {
  let [rest, place] = [value, 0];
  while (rest >= 999.5 && place < PREFIXES.length - 1) [rest, place] = [rest / 1000, place + 1];
  const digits = place === 0 ? String(rest) : rest.toPrecision(3);
  return `${digits} ${PREFIXES[place]}${unit}`.trim();
}

/** `256 x 256 x 1`; a size that is not known is '?'. */
export const sides = (shape: readonly (number | null)[]): string =>
  shape.length === 0 ? '1' : shape.map((side) => side ?? '?').join(' x ');
