import { BROADCAST, type Broadcast } from '../generated/abi';

/** How to walk two tensors that are broadcast to one shape. */
export interface BroadcastPlan {
  /** Elements of a row, walked without a gap. */
  readonly inner: number;
  /** Which of them is one number a row. */
  readonly broadcast: Broadcast;
  /** Size and the two strides (0 where broadcast) of each outer dimension. */
  readonly axes: readonly (readonly [number, number, number])[];
}

/** Merges neighbouring dimensions that are broadcast alike, so that a bias has two dimensions and equal shapes have one. */
export function broadcastPlan(a: readonly number[], b: readonly number[], shape: readonly number[]): BroadcastPlan {
  const merged: { size: number; a: boolean; b: boolean }[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const inA = (a[d - shape.length + a.length] ?? 1) !== 1;
    const inB = (b[d - shape.length + b.length] ?? 1) !== 1;
    const last = merged.at(-1);
    if (last && last.a === inA && last.b === inB) last.size *= size;
    else merged.push({ size, a: inA, b: inB });
  });
  const row = merged.pop() ?? { size: 1, a: true, b: true };
  let strideA = row.a ? row.size : 1;
  let strideB = row.b ? row.size : 1;
  const axes: [number, number, number][] = [];
  for (const { size, a: inA, b: inB } of merged.reverse()) {
    axes.unshift([size, inA ? strideA : 0, inB ? strideB : 0]);
    if (inA) strideA *= size;
    if (inB) strideB *= size;
  }
  return { inner: row.size, broadcast: row.a ? (row.b ? BROADCAST.none : BROADCAST.b) : BROADCAST.a, axes };
}
