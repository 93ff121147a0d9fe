import type { Figure } from './charts/figure';
import type { Cell, Table } from './table';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML, in an attribute too. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);

export const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

export const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;

/** A cell of fewer characters stands on one line. */
const SHORT = 18;

function renderCell(cell: Cell | null): string {
  if (cell === null) return '';
  const { text, small = [], header, rows = 1 } = cell;
  const tag = header ? 'th scope="row"' : 'td';
  const span = rows > 1 ? ` rowspan="${rows}"` : '';
  const below = small.map((line) => `<small>${escapeHtml(line)}</small>`).join('');
  const short = !header && text.length < SHORT ? ' class="short"' : '';
  return `<${tag}${span}${short}>${escapeHtml(text)}${below}</${header ? 'th' : 'td'}>`;
}

/** A table in a box of its own, which scrolls where the page is narrow. */
export function renderTable({ id, caption, columns, rows, notes = [] }: Table): string {
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(renderCell).join('')}</tr>`).join('\n');
  return [
    `<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}">`,
    `<table><caption id="${id}"><span>${escapeHtml(caption)}</span></caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`,
    '</div>',
    ...notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
  ].join('\n');
}

/** Where the fonts of the figures are not installed, one of the same widths or any without serifs. */
const withFonts = (svg: string): string =>
  svg.replaceAll('font-family="DejaVu Sans"', 'font-family="DejaVu Sans, Verdana, sans-serif"');

const sizeOf = (svg: string): string => {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return width === undefined ? '' : ` width="${Math.ceil(Number(width))}" height="${Math.ceil(Number(height))}"`;
};

function renderFigure({ name, alt, caption, svg }: Figure): string {
  const source = `data:image/svg+xml;base64,${Buffer.from(withFonts(svg)).toString('base64')}`;
  return [
    `<figure class="chart" id="${name}">`,
    `<img src="${source}"${sizeOf(svg)} alt="${escapeHtml(alt)}">`,
    `<figcaption>${escapeHtml(caption)}</figcaption>`,
    '</figure>',
  ].join('');
}

export const renderFigures = (figures: readonly (Figure | null)[]): string => {
  const drawn = figures.filter((figure) => figure !== null);
  return drawn.length === 0 ? '' : `<div class="charts">${drawn.map(renderFigure).join('\n')}</div>`;
};

export const section = (id: string, title: string, parts: readonly string[]): string => {
  const body = parts.filter((part) => part !== '');
  return body.length === 0 ? '' : `<section id="${id}">\n<h2>${escapeHtml(title)}</h2>\n${body.join('\n')}\n</section>`;
};

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1c; --soft: #595959; --paper: #ffffff; --tint: #f3f4f6; --line: #d0d3d8; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b0b4ba; --paper: #16181c; --tint: #23262c; --line: #3d424a; --link: #7db8f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1.05rem; margin-bottom: 0.3rem; }
a { color: var(--link); } code, pre { font: 0.9em ui-monospace, "DejaVu Sans Mono", monospace; } pre { background: var(--tint); padding: 0.75rem; overflow-x: auto; white-space: pre-wrap; }
nav ul { columns: 2 14rem; padding-left: 1.2rem; }
.scroll { overflow-x: auto; margin: 1rem 0; } table { border-collapse: separate; border-spacing: 0; min-width: 100%; font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; } caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 2rem); } th, td { padding: 0.35rem 0.45rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
thead th { background: var(--tint); } tbody th { font-weight: 600; } td small, th small { display: block; color: var(--soft); font-weight: 400; font-size: 0.75rem; } td.short { white-space: nowrap; } td.short small { white-space: normal; }
@media (max-width: 40rem) { tbody th, thead th:first-child { position: sticky; left: 0; max-width: 9rem; font-size: 0.875rem; } tbody th { background: var(--paper); } }
.note, figcaption, .muted { color: var(--soft); font-size: 0.9rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; align-items: start; } figure { margin: 0; }
.chart img { display: block; background: #ffffff; border-radius: 4px; padding: 6px; max-width: 100%; height: auto; }
.slice { margin: 0 0 1.25rem; } .slice > div { display: grid; grid-template-columns: repeat(5, minmax(0, 10rem)); gap: 0.4rem; }
@media (max-width: 40rem) { .slice > div { grid-template-columns: repeat(3, 1fr); } }
.slice span { font-size: 0.8125rem; color: var(--soft); } .slice img { display: block; width: 100%; background: #000000; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.25rem 1rem; } dt { font-weight: 600; } dd { margin: 0; }
@media print { :root { color-scheme: light; --ink: #000000; --soft: #444444; --paper: #ffffff; --tint: #f0f0f0; --line: #bbbbbb; --link: #000000; } @page { margin: 14mm; }
body { max-width: none; padding: 0; font-size: 10.5pt; } nav { display: none; } .scroll { overflow: visible; } .scroll:not(:has(tbody tr:nth-child(16))) { break-inside: avoid; } .slice > div { grid-template-columns: repeat(5, minmax(0, 7rem)); } table { font-size: 8pt; } th, td { padding: 0.2rem 0.35rem; } td small, th small { font-size: 6.5pt; } tbody th, thead th:first-child { position: static; }
h2, h3, caption { break-after: avoid; } tr, figure, pre { break-inside: avoid; } thead { display: table-header-group; } .charts { display: block; } .charts figure { display: inline-block; width: 49%; vertical-align: top; } }
`;

/** A page that needs no other file. */
export function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
