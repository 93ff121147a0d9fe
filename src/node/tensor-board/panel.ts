/** One sample's values: `[height, width, channels]`, row-major. */
export interface Grid {
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A picture: `[height, width, 3]`, row-major, 0 to 255. */
export interface Panel {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** The least and the largest of the finite values; 0 and 1 where they are none or all the same. */
export function rangeOf({ data }: Pick<Grid, 'data'>): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) continue;
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  return low < high ? [low, high] : [0, 1];
}

/** Makes a panel of the three values of each pixel, which are clipped to 0 to 255; NaN is black. */
export function paint(height: number, width: number, value: (y: number, x: number, c: number) => number): Panel {
  const pixels = new Uint8ClampedArray(3 * height * width);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) pixels[at++] = value(y, x, c);
  }
  return { pixels: new Uint8Array(pixels.buffer), height, width };
}

/** Values from `low` to `high` in grey, or in colours where there are three channels; of others the first one. */
export function picture({ data, height, width, channels }: Grid, [low, high] = rangeOf({ data })): Panel {
  const scale = 255 / (high - low);
  return paint(height, width, (y, x, c) => (data[channels * (y * width + x) + (channels === 3 ? c : 0)] - low) * scale);
}

/** Stripes, for what is not known. */
export const stripes = (height: number, width: number): Panel =>
  paint(height, width, (y, x) => ((x + y) % 8 < 2 ? 96 : 48));

const GAP = 2;
const BACKGROUND = 24;
/** Panels of fewer pixels a side are enlarged. */
const SMALLEST = 96;

/** Rows of panels as one picture; all get the size of the first one, or a multiple of it. */
export function arrange(rows: readonly (readonly Panel[])[]): Panel {
  const [{ height, width }] = rows[0];
  const times = Math.max(1, Math.ceil(SMALLEST / Math.max(height, width)));
  const [tall, wide] = [times * height, times * width];
  const columns = Math.max(...rows.map(({ length }) => length));
  return paint(rows.length * (tall + GAP) - GAP, columns * (wide + GAP) - GAP, (y, x, c) => {
    const panel = rows[Math.floor(y / (tall + GAP))][Math.floor(x / (wide + GAP))];
    const [v, u] = [y % (tall + GAP), x % (wide + GAP)];
    if (panel === undefined || v >= tall || u >= wide) return BACKGROUND;
    const pixel = Math.floor((v * panel.height) / tall) * panel.width + Math.floor((u * panel.width) / wide);
    return panel.pixels[3 * pixel + c];
  });
}
