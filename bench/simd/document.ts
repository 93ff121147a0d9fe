/** The parts of the page, in their order; each is a section. */
const SECTIONS = [
  'Training step',
  'Forward pass',
  'Peak memory of a training step',
  "The paper's model",
  'Convolutions of the U-Net',
  'Ops of published networks',
  'How the step time grows',
] as const;
export type Section = (typeof SECTIONS)[number];

/** What stands above the first section, and the body of each. */
function parse(page: string): { readonly head: string; readonly bodies: Map<string, string> } {
  const [head, ...sections] = page.split(/^## /m);
  const bodies = new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end).trim(), section.slice(end).trim()] as const;
    }),
  );
  return { head: head.trim(), bodies };
}

const SUMMARY = /(<!-- written by npm run bench -->\n)[\s\S]*?(\n<!-- end -->)/;

/** README with the table of training steps between its marks rewritten, what it was measured on below it. */
export function updateSummary(readme: string, table: string, machine: string): string {
  if (!SUMMARY.test(readme)) throw new Error('README.md no longer has the marks between which the benchmark writes.');
  return readme.replace(SUMMARY, (_, start: string, end: string) => `${start}${table}\n\n${machine}${end}`);
}

/** The page with the sections of `measured` rewritten; all others stay as they are. */
export function updatePage(page: string, measured: ReadonlyMap<Section, string>): string {
  const { head, bodies } = parse(page);
  const unknown = [...bodies.keys()].find((title) => !SECTIONS.includes(title as Section));
  if (unknown !== undefined) {
    throw new Error(
      `The page has a section '${unknown}' that no part of the benchmark writes; it has ${SECTIONS.join(', ')}.`,
    );
  }
  const all = SECTIONS.flatMap((title) => {
    const body = measured.get(title) ?? bodies.get(title);
    return body === undefined ? [] : [`## ${title}\n\n${body.trim()}`];
  });
  return `${[head, ...all].join('\n\n')}\n`;
}
