// Bundles the page and serves it with the two headers that let it have threads: node serve.mjs [PORT]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const { outputFiles } = await build({
  entryPoints: [file('page.ts')],
  bundle: true,
  format: 'esm',
  platform: 'browser',
  write: false,
});
const answers = {
  '/': ['text/html', await readFile(file('index.html'))],
  '/page.js': ['text/javascript', outputFiles[0].contents],
};

const server = createServer(({ url }, response) => {
  const [type, body] = answers[url] ?? ['text/plain', 'not here'];
  response.writeHead(url in answers ? 200 : 404, { 'Content-Type': type, ...ISOLATION }).end(body);
});
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
