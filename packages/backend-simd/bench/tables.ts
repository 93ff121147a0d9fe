import type { OpTime } from './ops';
import type { Peak } from './peak';

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Three digits. */
export const milliseconds = (ms: number): string => (ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

/** A speed, and its share of what the cores can do. */
export const speedAndShare = (gflops: number, peak: Peak): string =>
  `${gflops.toFixed(1)} (${((100 * gflops) / peak.allThreads).toFixed(0)} %)`;

/** Milliseconds of each op, its speed and its share of the peak. */
export function opTable(ops: readonly OpTime[], peak: Peak): string {
  const rows = ops.map(({ name, input, ms, gflops }) => [
    name,
    String(input[0]),
    milliseconds(ms),
    speedAndShare(gflops, peak),
  ]);
  return table(['forward of', 'batch', 'ms', 'GFLOP/s'], rows);
}
