// The rules of `npm run check` for imports between folders, made from the table in ARCHITECTURE.md.
import { readFileSync } from 'node:fs';

const ROW = /^\| `(?<folder>(?:src|packages)\/[^`]+)` \|.*\| (?<imports>[^|]*) \|$/gm;
const IMPORT = /`(?<name>[^`]+)`(?: \((?<how>types|on demand)\))?/g;
const NODE = 'node:*';

/** The table's rows: each folder with the names that it may import; `how` is 'types', 'on demand' or undefined. */
export function readImportTable(markdown = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8')) {
  return Array.from(markdown.matchAll(ROW), ({ groups }) => ({
    folder: groups.folder,
    imports: Array.from(groups.imports.matchAll(IMPORT), (match) => ({ ...match.groups })),
  }));
}

/** Rules of dependency-cruiser: each folder imports what its row lists, in the way that the row says, and nothing else. */
export function importRules(rows) {
  return rows.flatMap(({ folder, imports }) => {
    const rule = (name, to) => ({
      name,
      comment: 'The table in ARCHITECTURE.md says what each folder may import.',
      severity: 'error',
      from: { path: pathOf(folder) },
      to,
    });
    /** What the row lists of a folder without the condition that the folder has. */
    const freeWithin = (folderName) =>
      imports.filter(({ name, how }) => !how && name.startsWith(`${folderName}/`)).map(({ name }) => pathOf(name));
    const names = [folder, ...imports.map(({ name }) => name)];
    return [
      rule(`${folder} imports what its row lists`, {
        pathNot: names.filter((name) => name !== NODE).map(pathOf),
        ...(names.includes(NODE) && { dependencyTypesNot: ['core'] }),
      }),
      ...imports
        .filter(({ how }) => how)
        .map(({ name, how }) =>
          rule(`${folder} imports ${name} for its types${how === 'types' ? '' : ' or on demand'} only`, {
            ...(name === NODE ? { dependencyTypes: ['core'] } : { path: pathOf(name) }),
            ...(freeWithin(name).length > 0 && { pathNot: freeWithin(name) }),
            dependencyTypesNot: ['type-only'],
            ...(how === 'on demand' && { dynamic: false }),
          }),
        ),
    ];
  });
}

/** A pattern for the paths of a folder, a file, a package, or a name (`#...`) of the imports in package.json. */
export function pathOf(name) {
  const literal = name.replace(/^#/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (/^(src|packages)\//.test(name)) return `^${literal}(/|$)`;
  if (name.startsWith('#')) return `(^#|node_modules/(@tensorflow/)?)${literal}(/|$)`;
  return `(^|node_modules/)${literal}(/|$)`;
}
