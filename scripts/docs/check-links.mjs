// Follows the links between the pages of the site in build/docs, headings included: VitePress looks at pages alone. Prints the
// dead ones and fails where there are any. Run after the build, as `npm run docs` does.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../../build/docs', import.meta.url));
const base = process.env.DOCS_BASE ?? '/';

const files = readdirSync(site, { recursive: true }).map((file) => file.replaceAll('\\', '/'));
const others = new Set(files.filter((file) => !file.endsWith('.html')));
const pages = new Map(
  files.filter((file) => file.endsWith('.html')).map((file) => [file, readFileSync(join(site, file), 'utf8')]),
);
const ids = new Map(
  [...pages].map(([file, html]) => [file, new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id))]),
);

/** The file of the site that a path stands for, from one of its pages. */
function fileAt(path, page) {
  const file = path.startsWith(base) ? path.slice(base.length) : relative(site, join(site, dirname(page), path));
  const found = [file, `${file}index.html`, `${file}/index.html`, `${file}.html`].find(
    (f) => pages.has(f) || others.has(f),
  );
  return path === '' ? page : found;
}

const dead = [];
for (const [page, html] of pages) {
  for (const [, href] of html.matchAll(/ (?:href|src)="([^"]+)"/g)) {
    if (/^[a-z]+:|^\/\//.test(href)) continue;
    const [path, fragment] = href.replaceAll('&amp;', '&').split('#');
    const file = fileAt(decodeURI(path), page);
    const here =
      file !== undefined && (!fragment || !pages.has(file) || ids.get(file).has(decodeURIComponent(fragment)));
    if (!here) dead.push(`${page}: ${href}`);
  }
}
for (const link of dead) console.error(`dead link in ${link}`);
console.log(`${pages.size} pages, ${dead.length} dead links`);
if (dead.length > 0) process.exitCode = 1;
