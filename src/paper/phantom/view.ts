/** Which part of the body, in millimetres, the square of `size` x `size` pixels shows. */
export interface View {
  readonly size: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Called with each pixel that a shape touches, and how much of it the shape covers, in (0, 1]. */
export type Draw = (pixel: number, coverage: number) => void;

/** A point of a stroke with the stroke's radius there, in millimetres. */
export type StrokePoint = readonly [x: number, y: number, radius: number];

/** A view with its pixels in one millimetre, and the millimetres of a pixel's side on average. */
export interface Grid {
  readonly view: View;
  readonly perColumn: number;
  readonly perRow: number;
  readonly spacing: number;
}

export function gridOf(view: View): Grid {
  const perColumn = view.size / view.width;
  const perRow = view.size / view.height;
  return { view, perColumn, perRow, spacing: 2 / (perColumn + perRow) };
}
