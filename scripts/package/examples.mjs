// The code that the docs show, as files of a user's folder where the package is installed.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, transform } from 'esbuild';

const titleOf = ({ file, line }) => `${file.replaceAll('/', '_')}-${line}`;

/** Writes the examples with an extension (`.ts`, `.mts`) for the compiler, which then gives the lines of the pages; returns the files. */
export async function placeForCompiler(folder, examples, extension) {
  await mkdir(join(folder, 'compiled'), { recursive: true });
  return Promise.all(
    examples.map(async (example) => {
      const file = `compiled/${titleOf(example)}${extension}`;
      await writeFile(join(folder, file), '\n'.repeat(example.line - 1) + example.code);
      return file;
    }),
  );
}

/** Writes an example for Node beside a new folder `runs/AS/...`, in which it is to run. */
export async function placeForNode(folder, example, as) {
  const cwd = join(folder, 'runs', as, titleOf(example));
  await mkdir(cwd, { recursive: true });
  const { code } = await transform(example.code, { loader: 'ts', format: 'esm', target: 'es2022' });
  await writeFile(`${cwd}.mjs`, code);
  return { cwd, main: `${cwd}.mjs` };
}

/** An example for a page, in one file. */
export async function bundleForPage(folder, { code }) {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: folder },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}
