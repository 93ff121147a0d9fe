import { INK, PALETTE, renderChart } from 'tfjs-multitask-figures/render';
import type { Method } from './methods';
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

/** The gain of one way over the single-task models. */
export interface Gain {
  readonly name: string;
  readonly kind: Method<string>['kind'];
  readonly mean: number;
  /** Over the seeds; NaN for one seed. */
  readonly deviation: number;
}

/** The gain over single-task models and its deviation over the seeds, the best way first. */
export async function drawGains(gains: readonly Gain[]): Promise<Buffer> {
  const order = gains.toSorted((a, b) => b.mean - a.mean).map(({ name }) => name);
  const values = gains.map(({ name, kind, mean, deviation }) => {
    const half = Number.isNaN(deviation) ? 0 : deviation;
    return { name, kind, mean, low: mean - half, high: mean + half };
  });
  const y = { field: 'name', type: 'nominal' as const, sort: order, title: null, axis: { labelLimit: 0 } };
  const title = 'Mean relative gain of the three tasks, %';
  return renderChart({
    title: 'Gain over single-task models',
    width: 420,
    height: { step: 20 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          y,
          x: { field: 'mean', type: 'quantitative', title },
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
        mark: { type: 'rule', color: INK, strokeWidth: 1.5 },
        encoding: { y, x: { field: 'low', type: 'quantitative', title }, x2: { field: 'high' } },
      },
    ],
  });
}
