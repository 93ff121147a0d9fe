import type { Repeated } from '../backend';
import { isThin } from './conv-thin';
import { type Grid, makePhases, makeTable, type Phase } from './conv-tiles';
import { roundUp } from './kernel';
import { costOf } from './winograd';

/** Along an axis: the places that outputs of each remainder by the factor read, and the taps that meet each of them. */
interface AxisPhases {
  /** The least place that any reads, and how many there are from there on. */
  readonly low: number;
  readonly span: number;
  readonly phases: readonly { readonly first: number; readonly taps: readonly (readonly number[])[] }[];
}

/** Of `size` taps, neighbours, the first `padding` before an output's own position, over places repeated `factor` times. */
function axisPhases(size: number, padding: number, factor: number): AxisPhases {
  const place = (phase: number, tap: number): number => Math.floor((phase + tap - padding) / factor);
  const low = place(0, 0);
  const phases = Array.from({ length: factor }, (_, phase) => {
    const first = place(phase, 0);
    const taps: number[][] = Array.from({ length: place(phase, size - 1) - first + 1 }, () => []);
    for (let tap = 0; tap < size; tap++) taps[place(phase, tap) - first]!.push(tap);
    return { first: first - low, taps };
  });
  return { low, span: place(factor - 1, size - 1) - low + 1, phases };
}

/**
 * The convolution `grid` of an image whose pixels are repeated as a grid over the image itself: outputs of one remainder by the
 * factors read the same few pixels, each met by a sum of taps. 2x2 taps on pixels repeated twice so take 9 products a pixel
 * in place of 16. `undefined` where the grid is better computed as it stands, or cannot be so.
 */
export function gridOfRepeated(
  grid: Grid,
  { shape, factorY, factorX }: Pick<Repeated, 'shape' | 'factorY' | 'factorX'>,
): Grid | undefined {
  const { table, rows, cols, stepY, stepX, depth, maps, batch } = grid;
  const { run, groups, order } = table;
  const [first] = groups;
  // all taps are neighbours: no dilation
  const dense = first && order.length === groups.length * run && groups.every(([y], i) => y === first[0] + i);
  if (!dense || stepY !== 1 || stepX !== 1 || rows % factorY !== 0 || cols % factorX !== 0) return undefined;
  const down = axisPhases(groups.length, -first[0], factorY);
  const across = axisPhases(run, -first[1], factorX);
  const phases = down.phases.flatMap((y, outY) =>
    across.phases.map(
      (x, outX): Phase => ({
        outY,
        outX,
        first: y.first,
        groups: y.taps.length,
        start: x.first,
        run: x.taps.length,
        sums: y.taps.flatMap((p) => x.taps.map((q) => p.flatMap((i) => q.map((j) => order[i * run + j]!)))),
      }),
    ),
  );
  const small = {
    ...grid,
    height: shape[1]!,
    width: shape[2]!,
    rows: rows / factorY,
    cols: cols / factorX,
    outStepY: factorY,
    outStepX: factorX,
    table: makeTable(
      across.span,
      Array.from({ length: down.span }, (_, i) => [down.low + i, across.low] as const),
      [],
    ),
    phases: makePhases(phases, grid),
  };
  const products = batch * small.rows * small.cols * small.phases.taps * depth * roundUp(maps, 8);
  const sums = factorY * factorX * order.length * depth * maps;
  return isThin(grid) || products + sums > costOf(grid) ? undefined : small;
}
