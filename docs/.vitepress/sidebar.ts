import { readdirSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

const docs = new URL('../', import.meta.url);

/** A page by its path in docs, called what its first heading says. */
function page(path: string): { text: string; link: string } {
  const heading = /^# (.+)$/m.exec(readFileSync(new URL(`${path}.md`, docs), 'utf8'));
  if (heading === null) throw new Error(`docs/${path}.md has no heading.`);
  return { text: heading[1].replaceAll('`', ''), link: `/${path}` };
}

/** In the order in which one needs them. */
export const guides = [
  'own-data',
  'partial-labels',
  'own-parts',
  'sharing',
  'balancing',
  'metrics',
  'saving',
  'watching',
  'encoders',
  'bring-your-weights',
  'export',
  'command-line',
  'features-and-svm',
  'more-than-one-machine',
  'related-work',
  'browsers',
  'in-a-page',
  'backends',
  'from-other-libraries',
  'troubleshooting',
].map((name) => page(`guides/${name}`));

export const pages: readonly Item[] = [
  {
    text: 'In detail',
    items: ['data', 'what-parts-take', 'saved-models', 'what-survives-what', 'backends'].map(page),
  },
  { text: 'Measured', items: ['results', 'benchmarks'].map(page) },
  {
    text: 'For contributors',
    collapsed: true,
    items: [
      ...['simd-backend', 'adding-a-kernel'].map(page),
      {
        text: 'Decisions',
        collapsed: true,
        items: readdirSync(new URL('decisions', docs))
          .sort()
          .map((file) => page(`decisions/${file.replace(/\.md$/, '')}`)),
      },
    ],
  },
];

/**
 * For the pages of each import path: all import paths, and what this one exports but for types, whose pages are found from
 * those that use them. Made of what typedoc has written before.
 */
export function referenceSidebars(): Record<string, Item[]> {
  const file = new URL('reference/typedoc-sidebar.json', docs);
  const [simd, library] = JSON.parse(readFileSync(file, 'utf8')) as Item[];
  const isModule = ({ link }: Item) => link?.endsWith('/') === true;
  const modules = [
    library,
    ...library.items!.filter(isModule).map((item) => ({ ...item, text: `tfjs-multitask/${item.text}` })),
    simd,
  ];
  const exportsOf = ({ items = [] }: Item) =>
    items
      .filter((item) => ['Functions', 'Classes', 'Variables'].includes(item.text!))
      .flatMap((group) => group.items ?? [])
      .sort((a, b) => a.text!.localeCompare(b.text!));
  const listed = (open?: Item): Item[] => [
    {
      text: 'Import paths',
      items: modules.map((item) => ({
        text: item.text!,
        link: item.link!,
        ...(item === open && { items: exportsOf(item) }),
      })),
    },
  ];
  return Object.fromEntries([...modules.map((item) => [item.link!, listed(item)]), ['/reference/', listed()]]);
}
