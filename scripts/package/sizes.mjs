// How many bytes of this library a bundler puts into a page, minified, without its peers.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a page imports, and the most that it may be, a little above what it is: more than that wants a reason. */
const PROGRAMS = [
  {
    what: 'auc, score',
    limit: 8_000,
    code: `import { auc, score } from 'tfjs-multitask/metrics'; console.log(auc, score);`,
  },
  {
    what: 'softDice',
    limit: 10_300,
    code: `import { softDice } from 'tfjs-multitask/losses'; console.log(softDice);`,
  },
  {
    what: 'createTrainer, mse',
    limit: 77_000,
    code: `
      import { mse } from 'tfjs-multitask/losses';
      import { createTrainer } from 'tfjs-multitask/train';
      console.log(createTrainer, mse);`,
  },
  {
    what: 'useBackend, loadMultitask (simd)',
    limit: 420_000,
    code: `
      import { useBackend } from 'tfjs-multitask/backends';
      import { loadMultitask } from 'tfjs-multitask/models';
      console.log(useBackend, loadMultitask);`,
  },
];

/** The sizes of what a folder has installed. */
export function measureSizes(folder) {
  return Promise.all(
    PROGRAMS.map(async ({ what, limit, code }) => {
      const { outputFiles } = await build({
        stdin: { contents: code, resolveDir: folder },
        bundle: true,
        external: ['@tensorflow/*'],
        minify: true,
        format: 'esm',
        platform: 'browser',
        write: false,
        logLevel: 'silent',
      });
      const [{ contents }] = outputFiles;
      return { what, bytes: contents.length, gzipped: gzipSync(contents).length, limit };
    }),
  );
}

/** The sizes as a table. */
export function tableOf(sizes) {
  const rows = sizes.map(({ what, bytes, gzipped, limit }) => [what, bytes, gzipped, limit]);
  const line = ([what, ...numbers]) => what.padEnd(34) + numbers.map((text) => String(text).padStart(10)).join('');
  return [['bundled, minified', 'bytes', 'gzipped', 'limit'], ...rows].map(line).join('\n');
}
