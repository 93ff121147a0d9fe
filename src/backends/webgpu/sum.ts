import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';
import { runFlat } from './flat-program';

/** Rows that one thread adds: so many that few sums remain, and so few that many threads share the work. */
const ROWS = 64;

/**
 * Adds the rows of a tensor whose values are `[rows, ...shape]`, always in the same order, so that a sum is the same
 * whenever it is taken. Gives a tensor of `shape`.
 */
export function addRows(backend: OfficialBackend, x: TensorInfo, rows: number, shape: readonly number[]): TensorInfo {
  const columns = util.sizeFromShape([...shape]);
  let sums = x;
  let left = rows;
  do {
    const parts = Math.ceil(left / ROWS);
    const next = runFlat(backend, {
      key: 'addRows',
      inputs: { x: sums },
      outputShape: [parts, columns],
      uniforms: { rows: [left, columns, ROWS, 0] },
      code: `
    let column = i % uniforms.rows.y;
    let first = i / uniforms.rows.y * uniforms.rows.z;
    var sum = 0.0;
    for (var row = first; row < min(first + uniforms.rows.z, uniforms.rows.x); row++) {
      sum += x[row * uniforms.rows.y + column];
    }
    result[i] = sum;`,
    });
    if (sums !== x) backend.disposeData(sums.dataId);
    sums = next;
    left = parts;
  } while (left > 1);
  return { ...sums, shape: [...shape] };
}
