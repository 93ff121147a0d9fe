import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMarkdownExamples, type MarkdownExample } from './find-markdown-examples';

/** What it shows are parts of files, in TypeScript and AssemblyScript. */
const OF_PARTS = 'adding-a-kernel.md';

/** The pages that users copy code from: the README, the docs, and the READMEs of the examples and the packages. */
function pagesOf(root: string): string[] {
  const list = (folder: string) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []);
  const docs = ['docs', 'docs/guides'].flatMap((folder) =>
    list(folder)
      .filter((name) => name.endsWith('.md') && name !== OF_PARTS)
      .map((name) => `${folder}/${name}`),
  );
  const readmes = ['examples', 'packages'].flatMap((folder) =>
    list(folder).map((name) => `${folder}/${name}/README.md`),
  );
  const pages = ['README.md', ...docs, ...readmes];
  return pages.filter((page) => existsSync(join(root, page)));
}

/** The programs that the pages of a checkout show, page by page and in order. */
export const readMarkdownExamples = (root: string): MarkdownExample[] =>
  pagesOf(root).flatMap((file) => findMarkdownExamples(file, readFileSync(join(root, file), 'utf8')));
