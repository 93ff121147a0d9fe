import { INK, PALETTE, renderChart } from '../support/figures/render';
import type { Result } from './phantom';
import { type EndPoint, paretoFront } from './toy';

const COLORS = { weighting: PALETTE[0], aggregator: PALETTE[1] };

/** End points closer than this share a label. */
const NEAR = 0.06;
const LINE = 0.028;

/** The names of end points that lie together, in lines of three, and where to write them: above, towards the inside. */
function labels(points: readonly EndPoint[]): { a: number; b: number; text: string[] }[] {
  const groups: EndPoint[][] = [];
  for (const point of points) {
    const near = ([first]: EndPoint[]): boolean =>
      Math.hypot(first.losses[0] - point.losses[0], first.losses[1] - point.losses[1]) < NEAR;
    const group = groups.find(near);
    if (group === undefined) groups.push([point]);
    else group.push(point);
  }
  return groups.map((group) => {
    const names = group.map(({ name }) => name);
    const lines = Math.ceil(names.length / 3);
    const text = Array.from({ length: lines }, (_, i) => names.slice(3 * i, 3 * i + 3).join(', '));
    const [a, b] = [0, 1].map((k) => Math.max(...group.map(({ losses }) => losses[k])));
    return { a: a + 0.015, b: b + LINE * (lines - 0.5), text };
  });
}

/** The Pareto front of the toy and where each way of balancing ended. */
export async function drawFront(points: readonly EndPoint[]): Promise<Buffer> {
  const axis = { values: [0, 0.2, 0.4, 0.6, 0.8, 1] };
  const scale = { domain: [0, 1.15], nice: false };
  const x = { field: 'a', type: 'quantitative' as const, title: 'Loss of task a', axis, scale };
  const y = { field: 'b', type: 'quantitative' as const, title: 'Loss of task b', axis, scale };
  return renderChart({
    title: 'Where balancing ends on a concave Pareto front',
    width: 560,
    height: 560,
    layer: [
      {
        data: { values: paretoFront.map(([a, b], place) => ({ a, b, place })) },
        mark: { type: 'line', color: '#9a9a9a', strokeWidth: 2 },
        encoding: { x, y, order: { field: 'place', type: 'quantitative' } },
      },
      {
        data: { values: points.map(({ kind, losses: [a, b] }) => ({ kind, a, b })) },
        mark: { type: 'point', filled: true, size: 70, opacity: 0.8 },
        encoding: {
          x,
          y,
          color: {
            field: 'kind',
            type: 'nominal',
            title: null,
            scale: { domain: ['weighting', 'aggregator'], range: [COLORS.weighting, COLORS.aggregator] },
            legend: { orient: 'bottom' },
          },
        },
      },
      {
        data: { values: labels(points) },
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: 11, lineHeight: 13, color: INK },
        encoding: { x, y, text: { field: 'text', type: 'nominal' } },
      },
    ],
  });
}

/** The gain over single-task models, the best way first. */
export async function drawGains(results: readonly Result[]): Promise<Buffer> {
  const order = results.toSorted((a, b) => b.gain - a.gain).map(({ name }) => name);
  return renderChart({
    title: 'Gain over single-task models',
    width: 420,
    height: { step: 20 },
    data: { values: results.map(({ name, kind, gain }) => ({ name, kind, gain })) },
    mark: { type: 'bar' },
    encoding: {
      y: { field: 'name', type: 'nominal', sort: order, title: null, axis: { labelLimit: 0 } },
      x: { field: 'gain', type: 'quantitative', title: 'Mean relative gain of the three tasks, %' },
      color: {
        field: 'kind',
        type: 'nominal',
        title: null,
        scale: { domain: ['weighting', 'aggregator'], range: [COLORS.weighting, COLORS.aggregator] },
        legend: { orient: 'bottom' },
      },
    },
  });
}
