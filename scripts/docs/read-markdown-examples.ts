import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMarkdownExamples, type MarkdownExample } from './find-markdown-examples';

/** The pages that users copy code from: the README, the guides, and the READMEs of the examples and the packages. */
function pagesOf(root: string): string[] {
  const list = (folder: string) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []);
  const guides = list('docs/guides').filter((name) => name.endsWith('.md'));
  const readmes = ['examples', 'packages'].flatMap((folder) =>
    list(folder).map((name) => `${folder}/${name}/README.md`),
  );
  const pages = ['README.md', ...guides.map((name) => `docs/guides/${name}`), ...readmes];
  return pages.filter((page) => existsSync(join(root, page)));
}

/** The programs that the pages of a checkout show, page by page and in order. */
export const readMarkdownExamples = (root: string): MarkdownExample[] =>
  pagesOf(root).flatMap((file) => findMarkdownExamples(file, readFileSync(join(root, file), 'utf8')));
