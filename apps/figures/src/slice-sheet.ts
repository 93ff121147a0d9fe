import sharp from 'sharp';
import type { NDArray } from 'tfjs-multitask';
import { contourPath, fillPath } from './mask-path';
import { FONT, INK, MUTED, rasterize, widthOf } from './render';

/** One slice and what models made of it; what is not known or not predicted is left out. */
export interface SliceRow {
  /** 'COVID-19'. */
  readonly title: string;
  /** 'p = 0.93', 'Dice 0.71'. */
  readonly lines?: readonly string[];
  /** `[h, w, 1]` in [0, 1], as are the others. */
  readonly image: NDArray;
  readonly trueMask?: NDArray;
  /** Of each model, by the heading of its column, probabilities: the mask is where they are at least 0.5. */
  readonly predictedMasks?: Readonly<Record<string, NDArray>>;
  readonly reconstruction?: NDArray;
}

export interface SliceSheetOptions {
  readonly title?: string;
}

interface Column {
  /** In errors: 'trueMask'. */
  readonly name: string;
  readonly heading: string;
  readonly read: (row: SliceRow) => NDArray | undefined;
  /** The text of a cell without this part. */
  readonly missing: string;
  /** Of a mask. */
  readonly color?: string;
}

const TRUE = '#56B4E9';
const PREDICTED = '#E69F00';

/** The columns of a sheet: those for which any row has something. */
function columnsOf(rows: readonly SliceRow[]): Column[] {
  const models = [...new Set(rows.flatMap(({ predictedMasks = {} }) => Object.keys(predictedMasks)))];
  const columns: Column[] = [
    { name: 'image', heading: 'Image', read: ({ image }) => image, missing: '' },
    { name: 'trueMask', heading: 'True mask', read: ({ trueMask }) => trueMask, missing: 'no label', color: TRUE },
    ...models.map((model) => ({
      name: `predictedMasks['${model}']`,
      heading: model,
      read: ({ predictedMasks }: SliceRow) => predictedMasks?.[model],
      missing: 'not predicted',
      color: PREDICTED,
    })),
    {
      name: 'reconstruction',
      heading: 'Reconstruction',
      read: ({ reconstruction }) => reconstruction,
      missing: 'not predicted',
    },
  ];
  return columns.filter(({ read }) => rows.some((row) => read(row) !== undefined));
}

/** The side of a cell and the space between two. */
const CELL = 160;
const GAP = 8;

function text(x: number, y: number, content: string, style: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" font-family="${FONT}" ${style}>${escaped}</text>`;
}

function checkSlice(row: SliceRow, { name, read }: Column): void {
  const slice = read(row);
  if (slice === undefined) return;
  const [height, width] = row.image.shape;
  const { shape } = slice;
  if (shape[0] !== height || shape[1] !== width || (shape.length !== 2 && (shape.length !== 3 || shape[2] !== 1))) {
    throw new RangeError(
      `sliceSheet: ${name} of '${row.title}' must have shape [${height}, ${width}, 1], got [${shape}].`,
    );
  }
}

/** A slice in grey, in units of its pixels. */
async function drawImage({ data, shape: [height, width] }: NDArray): Promise<string> {
  const grey = Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  const png = await sharp(grey, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  return `<image width="${width}" height="${height}" href="data:image/png;base64,${png.toString('base64')}"/>`;
}

/** The outline of a mask, filled or not, in units of its pixels. */
function drawMask(mask: NDArray, color: string, filled: boolean, pixel: number): string {
  const fill = filled ? `<path d="${fillPath(mask)}" fill="${color}" fill-opacity="0.35"/>` : '';
  const contour = `d="${contourPath(mask)}" fill="none" stroke="${color}" stroke-width="${1.5 / pixel}"`;
  return `${fill}<path ${contour} stroke-linecap="round"/>`;
}

function isEmpty({ data }: NDArray): boolean {
  return data.every((value: number) => value < 0.5);
}

async function drawCell(row: SliceRow, { read, missing, color }: Column, x: number, y: number): Promise<string> {
  const slice = read(row);
  if (slice === undefined) {
    const label = text(x + CELL / 2, y + CELL / 2 + 4, missing, `font-size="12" text-anchor="middle" fill="${MUTED}"`);
    return `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="#f0f0f0"/>${label}`;
  }
  const [height, width] = row.image.shape;
  const pixel = CELL / Math.max(height, width);
  const layers = [await drawImage(color === undefined ? slice : row.image)];
  if (color !== undefined) layers.push(drawMask(slice, color, true, pixel));
  if (color === PREDICTED && row.trueMask) layers.push(drawMask(row.trueMask, TRUE, false, pixel));
  const [left, top] = [x + (CELL - pixel * width) / 2, y + (CELL - pixel * height) / 2];
  const note = 'font-size="11" fill="white" stroke="black" stroke-width="2" paint-order="stroke"';
  return [
    `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="black"/>`,
    `<g transform="translate(${left} ${top}) scale(${pixel})">${layers.join('')}</g>`,
    color !== undefined && isEmpty(slice) ? text(x + 6, y + CELL - 7, 'empty', note) : '',
  ].join('');
}

function drawLabel({ title, lines = [] }: SliceRow, y: number): string {
  const start = y + CELL / 2 - 9 * lines.length + 4;
  const rest = lines.map((line, i) => text(0, start + 18 * (i + 1), line, `font-size="12" fill="${MUTED}"`));
  return text(0, start, title, `font-size="13" font-weight="bold" fill="${INK}"`) + rest.join('');
}

function drawLegend(x: number, y: number, colors: readonly (readonly [label: string, color: string])[]): string {
  const entries = colors.map(([label, color], i) => {
    const left = x + 130 * i;
    const patch = `<rect x="${left}" y="${y}" width="14" height="10" fill="${color}" fill-opacity="0.35" stroke="${color}" stroke-width="1.5"/>`;
    return patch + text(left + 20, y + 10, label, `font-size="12" fill="${INK}"`);
  });
  return entries.join('');
}

/**
 * A PNG of slices, one per row: the image, its true mask, the predicted masks with the outline of the true one, and the
 * reconstruction. A column stands where any row has something for it.
 */
export async function sliceSheet(
  rows: readonly SliceRow[],
  { title = 'Test slices' }: SliceSheetOptions = {},
): Promise<Buffer> {
  if (rows.length === 0) throw new RangeError('sliceSheet: expected slices to draw, got an empty list.');
  const columns = columnsOf(rows);
  for (const row of rows) for (const column of columns) checkSlice(row, column);
  const left = widthOf(rows.map((row) => drawLabel(row, 0)).join('')) + 3 * GAP;
  const columnX = (k: number): number => left + k * (CELL + GAP);
  const rowY = (i: number): number => i * (CELL + GAP);

  const parts = [text(0, -44, title, `font-size="15" font-weight="bold" fill="${INK}"`)];
  columns.forEach(({ heading }, k) => {
    parts.push(text(columnX(k) + CELL / 2, -10, heading, `font-size="13" text-anchor="middle" fill="${INK}"`));
  });
  for (const [i, row] of rows.entries()) {
    parts.push(drawLabel(row, rowY(i)));
    for (const [k, column] of columns.entries()) parts.push(await drawCell(row, column, columnX(k), rowY(i)));
  }
  const colors = [['True mask', TRUE] as const, ['Predicted mask', PREDICTED] as const].filter(([, patch]) =>
    columns.some(({ color }) => color === patch),
  );
  parts.push(drawLegend(left, rowY(rows.length) + GAP, colors));
  return rasterize(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${parts.join('')}</svg>`);
}
