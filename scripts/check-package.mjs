// Checks the package as its users get it: packed, and installed into an empty folder. Run after `npm run build`.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { nodeBinary } from './node-binary.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const fixtures = join(root, 'tests/package/fixtures');
const nodeVersions = [20, 22, 24];
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const { name: self, peerDependencies, peerDependenciesMeta } = manifest;
const specifiers = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => self + path.slice(1));
const optional = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional);

let passed = 0;
let failed = 0;

/** Runs one check; what it throws is printed, and the others go on. */
async function check(what, body) {
  try {
    const note = await body();
    passed++;
    console.log(`ok      ${what}${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed++;
    const output = [error.stdout, error.stderr].filter(Boolean).join('\n');
    console.log(`FAILED  ${what}\n${output || error.stack}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const npm = (args, cwd) => run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd });
const bin = (name) => join(root, 'node_modules/.bin', name);

const work = await mkdtemp(join(tmpdir(), 'tfjs-multitask-package-'));
const consumer = join(work, 'consumer');
const inConsumer = (name) => join(consumer, 'node_modules', name, 'package.json');
const isInstalled = (name) =>
  readFile(inConsumer(name)).then(
    () => true,
    () => false,
  );

/** Copies a fixture into the consumer's folder. */
async function place(fixture, as = fixture) {
  await copyFile(join(fixtures, fixture), join(consumer, as));
  return as;
}

/** What a fixture prints as its last line, as JSON. */
async function runFixture(binary, fixture, args = []) {
  const { stdout, stderr } = await run(binary, [await place(fixture), ...args], { cwd: consumer });
  expect(stderr === '', `printed to stderr: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** The files that a bundle for the browser is made of, with their sizes in it. */
async function bundle(source) {
  const { metafile, warnings } = await build({
    stdin: { contents: source, resolveDir: consumer },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  expect(warnings.length === 0, JSON.stringify(warnings));
  const [{ inputs }] = Object.values(metafile.outputs);
  return Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
}

async function compile(options, files) {
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', types: [], ...options };
  await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(bin('tsc'), ['-p', 'tsconfig.json'], { cwd: consumer });
}

try {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
    cwd: root,
  });
  const [pack] = JSON.parse(stdout);
  const tarball = join(work, pack.filename);

  await check('npm pack holds dist, README, CHANGELOG and LICENSE alone', () => {
    const paths = pack.files.map(({ path }) => path);
    const texts = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'];
    const missing = texts.filter((text) => !paths.includes(text));
    expect(missing.length === 0, `missing: ${missing.join(', ')}`);
    const others = paths.filter((path) => !path.startsWith('dist/') && !texts.includes(path));
    expect(others.length === 0, `should not be there: ${others.join(', ')}`);
    return `${paths.length} files, ${Math.round(pack.size / 1024)} kB packed, ${Math.round(pack.unpackedSize / 1024)} kB unpacked`;
  });

  await check('publint finds nothing', async () => {
    const { messages, pkg } = await publint({ pack: { tarball: (await readFile(tarball)).buffer } });
    expect(messages.length === 0, messages.map((message) => formatMessage(message, pkg)).join('\n'));
  });

  await check('are-the-types-wrong finds nothing', async () => {
    await run(bin('attw'), [tarball, '--profile', 'node16', '--no-emoji', '--no-color']);
  });

  await mkdir(consumer);
  await writeFile(join(consumer, 'package.json'), '{ "private": true }');
  await check('it installs into an empty folder, with its peers and without the optional ones', async () => {
    await npm(['install', tarball], consumer);
    for (const peer of Object.keys(peerDependencies)) {
      const installed = await isInstalled(peer);
      expect(installed === !optional.includes(peer), `${peer} is ${installed ? 'there' : 'not there'}`);
    }
  });

  const binaries = await Promise.all(nodeVersions.map(nodeBinary));

  for (const [i, binary] of binaries.entries()) {
    const node = `Node ${nodeVersions[i]}`;
    await check(`${node}: import and require of every entry give the same names`, async () => {
      const imported = await runFixture(binary, 'imports.mjs', specifiers);
      const required = await runFixture(binary, 'imports.cjs', specifiers);
      expect(JSON.stringify(imported) === JSON.stringify(required), JSON.stringify({ imported, required }, null, 1));
      const empty = specifiers.filter((name) => name !== self && imported[name].length === 0);
      expect(empty.length === 0, `nothing exported by ${empty.join(', ')}`);
      return `${Object.values(imported).flat().length} names`;
    });
  }

  await check('without a backend, useBackend says which to install', async () => {
    const script = `import('${self}/backends').then(({ useBackend }) => useBackend()).catch(({ message }) => console.log(JSON.stringify(message)))`;
    const { stdout: said } = await run(process.execPath, ['-e', script], { cwd: consumer });
    expect(said.includes('Run: npm install @tensorflow/tfjs-backend-wasm\\n'), said);
  });

  await check('softDice and metrics bundle without tfjs-layers', async () => {
    const sizes = [];
    for (const [names, entry] of [
      ['softDice', 'losses'],
      ['auc, dice', 'metrics'],
    ]) {
      const inputs = await bundle(`import { ${names} } from '${self}/${entry}'; console.log(${names});`);
      const layers = inputs.filter(([path]) => path.includes('@tensorflow/tfjs-layers'));
      expect(layers.length === 0, `${names} pulls in ${layers.map(([path]) => path).join(', ')}`);
      const own = inputs.filter(([path]) => path.includes(`node_modules/${self}/`));
      sizes.push(`${names} ${own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)} bytes`);
    }
    return sizes.join(', ');
  });

  await check('every entry but node bundles for the browser, without the optional peers', async () => {
    const entries = specifiers.filter((name) => name !== `${self}/node`);
    await bundle(entries.map((name, i) => `import * as m${i} from '${name}'; console.log(m${i});`).join('\n'));
  });

  await check('a bundle for the browser leaves tfjs-node out where it is installed', async () => {
    const folder = dirname(inConsumer('@tensorflow/tfjs-node'));
    await mkdir(folder, { recursive: true });
    await writeFile(inConsumer('@tensorflow/tfjs-node'), '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }');
    await writeFile(join(folder, 'index.js'), "require('./tfjs_binding.node');");
    await bundle(`import { useBackend } from '${self}/backends'; console.log(useBackend);`);
    await rm(folder, { recursive: true });
  });

  await npm(['install', '@types/node@20'], consumer);
  await check('types resolve for ES modules and CommonJS in Node', async () => {
    const files = [await place('types.ts', 'types.mts'), await place('types.ts', 'types.cts')];
    await compile({ module: 'node16', moduleResolution: 'node16', types: ['node'] }, files);
  });
  await check('types resolve for bundlers', async () => {
    await compile({ module: 'esnext', moduleResolution: 'bundler', types: ['node'] }, [await place('types.ts')]);
  });

  await npm(['install', '@tensorflow/tfjs-backend-wasm'], consumer);
  for (const [i, binary] of binaries.entries()) {
    for (const fixture of ['train.mjs', 'train.cjs']) {
      await check(`Node ${nodeVersions[i]}: ${fixture} trains a model`, async () => {
        const { backend, loss } = await runFixture(binary, fixture);
        const losses = [loss.loss, ...Object.values(loss).flatMap((task) => task.loss ?? [])];
        expect(losses.length === 4 && losses.every(Number.isFinite), JSON.stringify(loss));
        return backend;
      });
    }
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
