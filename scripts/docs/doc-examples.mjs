// The `@example` blocks of the sources, for whoever compiles, runs or shows them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['src', 'packages/backend-simd/src'];
const COMMENT = /\/\*\*[\s\S]*?\*\//g;
const EXAMPLE = /^[ \t]*\* @example\n(?<lines>(?:[ \t]*\*(?! @).*\n)+)/gm;

/**
 * Every example under `root`, in the order of files and lines: the file relative to `root`, the line on which its code
 * begins, counted from 1, and the code between its fences.
 */
export function readExamples(root = ROOT) {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join(folder, file).replaceAll('\\', '/')),
  );
  return files.sort().flatMap((file) => examplesIn(file, readFileSync(join(root, file), 'utf8')));
}

/** The examples of one file. */
function examplesIn(file, source) {
  return [...source.matchAll(COMMENT)].flatMap(({ 0: comment, index: start }) =>
    [...comment.matchAll(EXAMPLE)].map(({ groups, index }) => {
      const lines = groups.lines.split('\n').map((line) => line.replace(/^[ \t]*\*\/?[ \t]?/, '').trimEnd());
      const line = source.slice(0, start + index).split('\n').length + 2;
      const from = lines.indexOf('```ts');
      const to = lines.indexOf('```', from + 1);
      if (from !== 0 || to < 0) throw new Error(`${file}:${line}: an example must stand between \`\`\`ts and \`\`\`.`);
      return { file, line, code: `${lines.slice(from + 1, to).join('\n')}\n` };
    }),
  );
}
