/** A line of a chart: its class gives its colour and dashes. */
interface Series {
  readonly name: string;
  readonly className: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly series: readonly Series[];
  /** The end of the x axis: steps. */
  readonly steps: number;
  /** Default: from 0 to the largest value. */
  readonly range?: readonly [low: number, high: number] | undefined;
}

const HEIGHT = 190;
const MARGIN = { top: 12, right: 76, bottom: 26, left: 38 };

function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string | number>>,
  text = '',
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}

/** A step of 1, 2 or 5 times a power of ten that makes at most `most` of them. */
function tickStep(range: number, most: number): number {
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

function ticks(low: number, high: number, most: number): number[] {
  const step = tickStep(high - low, most);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** Keeps names at the ends of lines apart. */
function spread(places: readonly number[], least: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const moved = [...places];
  order.forEach((i, rank) => {
    if (rank > 0) moved[i] = Math.max(moved[i], moved[order[rank - 1]] + least);
  });
  return moved;
}

function paint(host: HTMLElement, { title, series, steps, range }: Chart): void {
  const width = host.clientWidth || 320;
  const values = series.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  const [low, high] = range ?? [0, Math.max(0.1, ...values) * 1.05];
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (step: number) => MARGIN.left + (step / Math.max(1, steps)) * inner.width;
  const y = (value: number) => MARGIN.top + (1 - (Math.min(high, value) - low) / (high - low)) * inner.height;
  const last = series.map(({ name, points }) => `${name} ${points.at(-1)?.[1].toFixed(2) ?? 'not known yet'}`);
  const picture = svg('svg', {
    ...{ width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img' },
    'aria-label': `${title}: ${last.join(', ')} at step ${series[0].points.at(-1)?.[0] ?? 0} of ${steps}`,
  });
  for (const tick of ticks(low, high, 5)) {
    const at = y(tick);
    picture.append(
      svg('line', { class: 'grid', x1: MARGIN.left, x2: MARGIN.left + inner.width, y1: at, y2: at }),
      svg(
        'text',
        { class: 'tick', x: MARGIN.left - 6, y: at + 4, 'text-anchor': 'end' },
        String(Number(tick.toFixed(2))),
      ),
    );
  }
  for (const tick of ticks(0, Math.max(1, steps), inner.width > 320 ? 6 : 3).filter(Number.isInteger)) {
    picture.append(svg('text', { class: 'tick', x: x(tick), y: HEIGHT - 6, 'text-anchor': 'middle' }, String(tick)));
  }
  if (series.every(({ points }) => points.length === 0)) {
    const middle = { x: MARGIN.left + inner.width / 2, y: MARGIN.top + inner.height / 2, 'text-anchor': 'middle' };
    picture.append(svg('text', { class: 'empty', ...middle }, 'Press Train'));
  }
  const ends = series.map(({ points }) => y(points.at(-1)?.[1] ?? low) + 4);
  const places = spread(ends, 15);
  series.forEach(({ name, className, points }, i) => {
    const known = points.filter(([, value]) => Number.isFinite(value));
    if (known.length === 0) return;
    const path = known.map(([step, value], k) => `${k === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`);
    const [step, value] = known[known.length - 1];
    picture.append(
      svg('path', { class: `line ${className}`, d: path.join('') }),
      svg('circle', { class: `dot ${className}`, cx: x(step), cy: y(value), r: 3 }),
      svg('text', { class: `name ${className}`, x: x(step) + 8, y: places[i] }, `${name} ${value.toFixed(2)}`),
    );
  });
  host.replaceChildren(picture);
}

/** A chart of lines that follows the width of its place. */
export function lineChart(host: HTMLElement, first: Chart): (chart: Chart) => void {
  let shown = first;
  new ResizeObserver(() => paint(host, shown)).observe(host);
  return (chart) => {
    shown = chart;
    paint(host, chart);
  };
}
