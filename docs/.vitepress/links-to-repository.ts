import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';

export const REPOSITORY = 'https://github.com/tfjs-multitask/tfjs-multitask';

const docs = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const root = dirname(docs);

/**
 * Lets pages link to files of the repository that are no pages, `../src/types.ts`, as they do when they are read on GitHub:
 * on the site such a link leads there. A link to a file that is not there is an error.
 */
export function linksToRepository(md: MarkdownRenderer): void {
  md.core.ruler.after('inline', 'links-to-repository', ({ tokens, env }) => {
    const page: string = env.path;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== 'link_open') continue;
      const href = token.attrGet('href') ?? '';
      if (!href.startsWith('../')) continue;
      const [path, fragment] = href.split('#');
      const target = resolve(dirname(page), path);
      if (target.startsWith(`${docs}/`)) continue;
      if (!existsSync(target)) throw new Error(`${relative(root, page)}: nothing is at ${href}.`);
      token.attrSet('href', `${REPOSITORY}/blob/main/${relative(root, target)}${fragment ? `#${fragment}` : ''}`);
    }
  });
}
