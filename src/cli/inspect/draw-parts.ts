import type { Part } from './parts';

/** The part under which another is drawn: the last of those that it takes from and that come before it. */
function parentOf(part: Part, parts: readonly Part[]): string | undefined {
  const before = parts.slice(0, parts.indexOf(part)).map(({ name }) => name);
  return part.from.findLast((name) => before.includes(name));
}

/**
 * Draws the parts of a net as a tree, each below the last of the parts that it takes from; others stand behind it. `describe`
 * says what a part is.
 */
export function drawParts(parts: readonly Part[], describe: (part: Part) => string): string {
  const parents = new Map(parts.map((part) => [part, parentOf(part, parts)]));
  const below = (name: string | undefined): Part[] => parts.filter((part) => parents.get(part) === name);
  const rows: [drawn: string, said: string][] = [];
  const draw = (part: Part, lead: string, indent: string): void => {
    const others = part.from.filter((name) => name !== parents.get(part));
    const also = others.length > 0 ? `, also from ${others.join(', ')}` : '';
    rows.push([`${lead}${part.name}`, `${describe(part)}${also}`]);
    const children = below(part.name);
    if (children.length === 1) {
      rows.push([`${indent}│`, '']);
      draw(children[0], indent, indent);
      return;
    }
    for (const [i, child] of children.entries()) {
      const isLast = i === children.length - 1;
      draw(child, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`);
    }
  };
  for (const root of below(undefined)) draw(root, '', '');
  const width = Math.max(...rows.map(([drawn]) => drawn.length));
  return rows.map(([drawn, said]) => `${drawn.padEnd(width)}  ${said}`.trimEnd()).join('\n');
}
