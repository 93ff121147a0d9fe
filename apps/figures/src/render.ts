import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';

export const FONT = 'DejaVu Sans';
export const INK = '#222222';
export const MUTED = '#6b6b6b';

/** Okabe and Ito's colours (2008) without yellow and black: distinguishable for colour-blind readers and on paper. */
export const PALETTE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'] as const;

/** Pixels to a unit of the SVG. */
const SCALE = 2;
/** Around a figure, in pixels. */
const MARGIN = 32;

const STYLE: Config = {
  font: FONT,
  background: 'transparent',
  view: { stroke: null },
  title: { fontSize: 15, color: INK, anchor: 'start', offset: 12 },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    gridColor: '#e5e5e5',
    domainColor: '#9a9a9a',
    tickColor: '#9a9a9a',
    titlePadding: 8,
    labelFlush: false,
  },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    labelLimit: 0,
    symbolStrokeWidth: 2.5,
    symbolSize: 200,
  },
  range: { category: [...PALETTE] },
};

const require = createRequire(import.meta.url);

function readSvg(svg: string): Resvg {
  // Fonts from a package: the same letters on every machine, whether it has fonts or not.
  const fontFiles = ['DejaVuSans', 'DejaVuSans-Bold'].map((name) =>
    require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`),
  );
  return new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: FONT },
  });
}

/** Throws unless there are things to draw, each with its own name. */
export function checkNames(figure: string, things: readonly { readonly name: string }[]): void {
  if (things.length === 0) throw new RangeError(`${figure}: expected something to draw, got an empty list.`);
  const names = things.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new RangeError(`${figure}: names must differ, got '${twice}' twice.`);
}

/** The width of a piece of SVG, in its units. */
export function widthOf(svg: string): number {
  return readSvg(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${svg}</svg>`).getBBox()?.width ?? 0;
}

/** A PNG of all that an SVG draws, inside its frame or not, with an even margin. */
export async function rasterize(svg: string): Promise<Buffer> {
  const { x, y, width, height } = readSvg(svg).getBBox()!;
  const root = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">`;
  const png = readSvg(svg.replace(/<svg[^>]*>/, root))
    .render()
    .asPng();
  const trimmed = await sharp(png).trim({ background: 'white', threshold: 0 }).png().toBuffer();
  return sharp(trimmed)
    .extend({ top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN, background: 'white' })
    .png()
    .toBuffer();
}

/** A Vega-Lite chart in the style that all figures share, as SVG. */
export async function drawChart(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec, { config: STYLE }).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** A PNG of a Vega-Lite chart in the style that all figures share. */
export async function renderChart(spec: TopLevelSpec): Promise<Buffer> {
  return rasterize(await drawChart(spec));
}
