import { drawChart, PALETTE } from 'tfjs-multitask-figures/render';
import type { TopLevelSpec } from 'vega-lite';

/** A chart with what is to be said of it. */
export interface Figure {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly title: string;
  /** What it shows, for who cannot see it. */
  readonly alt: string;
  /** How to read it. */
  readonly caption: string;
  readonly svg: string;
}

/** Of the plot itself, so that chart and labels fit on a phone without being scaled. */
export const PLOT_WIDTH = 290;

/** Draws a chart under its title. */
export async function makeFigure(
  said: Omit<Figure, 'svg'>,
  spec: Omit<TopLevelSpec, 'title'> & Record<string, unknown>,
): Promise<Figure> {
  const title = { text: said.title, fontSize: 13, offset: 10 };
  return { ...said, svg: await drawChart({ ...spec, title } as TopLevelSpec) };
}

const ARMS = ['T1+T2+T3', 'U-Net', 'CNN', 'T1+T2', 'T1+T3', 'T2+T3'];

/** One colour for an arm in all charts. */
export const ARM_COLORS = { domain: ARMS, range: [...PALETTE] };

/** The colours of the arms that a chart shows, with a legend of these. */
export function armColor(arms: readonly string[]) {
  const domain = ARMS.filter((arm) => arms.includes(arm));
  return {
    field: 'arm',
    type: 'nominal',
    title: null,
    scale: { domain, range: domain.map((arm) => ARM_COLORS.range[ARMS.indexOf(arm)]) },
    legend: { orient: 'bottom', direction: 'horizontal', columns: 3 },
  } as const;
}
