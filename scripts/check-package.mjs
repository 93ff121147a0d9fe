// Checks both packages as their users get them: packed, and each installed alone into an empty folder. Run after `npm run build`.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
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
const engine = 'tfjs-backend-simd';
const engineFolder = join(root, 'packages/backend-simd');
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

/** An empty folder of a user's. */
async function createFolder(name) {
  const folder = join(work, name);
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  return folder;
}

const inFolder = (folder, name) => join(folder, 'node_modules', name, 'package.json');
const isInstalled = (folder, name) => existsSync(inFolder(folder, name));

/** Copies a fixture into a folder. */
async function place(folder, fixture, as = fixture) {
  await copyFile(join(fixtures, fixture), join(folder, as));
  return as;
}

/** What a program in a folder prints as its last line, as JSON. */
async function runFile(folder, binary, file, args = []) {
  const { stdout, stderr } = await run(binary, [file, ...args], { cwd: folder });
  expect(stderr === '', `printed to stderr: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const runFixture = async (folder, binary, fixture, args) => runFile(folder, binary, await place(folder, fixture), args);

/** The files that a bundle for the browser is made of, with their sizes in it. */
async function bundle(folder, source) {
  const { metafile, warnings } = await build({
    stdin: { contents: source, resolveDir: folder },
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

async function compile(folder, options, files) {
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', ...options };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(bin('tsc'), ['-p', 'tsconfig.json'], { cwd: folder });
}

/** Checks that a fixture compiles in a folder where the packages and the types of Node are installed. */
async function checkTypes(name, folder, fixture) {
  await check(`${name}: types resolve for ES modules and CommonJS in Node`, async () => {
    const files = [await place(folder, fixture, 'types.mts'), await place(folder, fixture, 'types.cts')];
    await compile(folder, { module: 'node16', moduleResolution: 'node16', types: ['node'] }, files);
  });
  await check(`${name}: types resolve for bundlers`, async () => {
    const files = [await place(folder, fixture, 'types.ts')];
    const modules = { module: 'esnext', moduleResolution: 'bundler', types: ['node'] };
    await compile(folder, { ...modules, exactOptionalPropertyTypes: true }, files);
  });
}

/** Packs a package, checks what is in it, and gives the tarball. */
async function pack(name, cwd) {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd });
  const [{ filename, files, size, unpackedSize }] = JSON.parse(stdout);
  const tarball = join(work, filename);

  await check(`${name}: npm pack holds dist, README, CHANGELOG and LICENSE alone`, () => {
    const paths = files.map(({ path }) => path);
    const texts = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'];
    const missing = [...texts, 'dist/index.js'].filter((text) => !paths.includes(text));
    expect(missing.length === 0, `missing: ${missing.join(', ')}`);
    const others = paths.filter((path) => !path.startsWith('dist/') && !texts.includes(path));
    expect(others.length === 0, `should not be there: ${others.join(', ')}`);
    return `${paths.length} files, ${Math.round(size / 1024)} kB packed, ${Math.round(unpackedSize / 1024)} kB unpacked`;
  });

  await check(`${name}: publint finds nothing`, async () => {
    const { messages, pkg } = await publint({ pack: { tarball: (await readFile(tarball)).buffer } });
    expect(messages.length === 0, messages.map((message) => formatMessage(message, pkg)).join('\n'));
  });

  await check(`${name}: are-the-types-wrong finds nothing`, async () => {
    await run(bin('attw'), [tarball, '--profile', 'node16', '--no-emoji', '--no-color']);
  });
  return tarball;
}

/** Checks that `import` and `require` of every entry give the same names, and some. */
async function checkNames(name, folder, version, binary, entries) {
  await check(`${name}, Node ${version}: import and require of every entry give the same names`, async () => {
    const imported = await runFixture(folder, binary, 'imports.mjs', entries);
    const required = await runFixture(folder, binary, 'imports.cjs', entries);
    expect(JSON.stringify(imported) === JSON.stringify(required), JSON.stringify({ imported, required }, null, 1));
    const empty = entries.filter((entry) => entry !== self && imported[entry].length === 0);
    expect(empty.length === 0, `nothing exported by ${empty.join(', ')}`);
    return `${Object.values(imported).flat().length} names`;
  });
}

/** The engine's example as one file of ES modules and one of CommonJS, which print how the training went. */
async function placeExample(folder) {
  const source = `
    import { trainBars } from './train';
    trainBars(() => {}).then((result) => console.log(JSON.stringify(result)));`;
  const files = { esm: 'example.mjs', cjs: 'example.cjs' };
  for (const [format, file] of Object.entries(files)) {
    await build({
      stdin: { contents: source, resolveDir: join(engineFolder, 'examples') },
      bundle: true,
      packages: 'external',
      tsconfigRaw: '{}', // else its paths would take the sources
      platform: 'node',
      format,
      outfile: join(folder, file),
      logLevel: 'silent',
    });
  }
  return Object.values(files);
}

/** Checks that two copies of the engine agreed where they were asked for the same, and said so where not. */
function expectToMeet({ copies, backend, refused }) {
  expect(copies && backend === 'simd', `copies: ${copies}, backend: ${backend}`);
  expect(/threads: 3 meets .* with threads: 2/.test(refused), `it was said: ${refused}`);
}

try {
  const binaries = await Promise.all(nodeVersions.map(nodeBinary));
  const versions = nodeVersions.map((version, i) => [version, binaries[i]]);

  // tfjs-backend-simd alone
  const engineTarball = await pack(engine, engineFolder);
  const alone = await createFolder('alone');
  await check(`${engine}: it installs into an empty folder with its two peers, and nothing of ${self}`, async () => {
    await npm(['install', engineTarball], alone);
    for (const peer of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu']) {
      expect(isInstalled(alone, peer), `${peer} is not there`);
    }
    expect(!isInstalled(alone, self), `${self} is there`);
  });
  for (const [version, binary] of versions) {
    await checkNames(engine, alone, version, binary, [engine]);
    await check(`${engine}, Node ${version}: the copies that are imported and required meet`, async () => {
      expectToMeet(await runFixture(alone, binary, 'simd-copies.mjs'));
    });
  }
  await check(`${engine}: bundles for the browser`, async () => {
    const source = `import { registerSimdBackend } from '${engine}'; registerSimdBackend();`;
    const own = (await bundle(alone, source)).filter(([path]) => path.includes(`node_modules/${engine}/`));
    return `${own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)} bytes`;
  });
  await npm(['install', '@types/node@20', '@tensorflow/tfjs-layers'], alone);
  await checkTypes(engine, alone, 'simd-types.ts');
  const examples = await placeExample(alone);
  for (const [version, binary] of versions) {
    for (const example of examples) {
      await check(`${engine}, Node ${version}: ${example} trains a model of tfjs-layers`, async () => {
        const { losses, accuracy } = await runFile(alone, binary, example);
        expect(losses.at(-1) < losses[0] / 10 && accuracy > 0.95, JSON.stringify({ losses, accuracy }));
        return `accuracy ${accuracy}`;
      });
    }
  }

  // tfjs-multitask alone
  const tarball = await pack(self, root);
  const consumer = await createFolder('consumer');
  await check(`${self}: it installs into an empty folder, with its peers and without the optional ones`, async () => {
    await npm(['install', tarball], consumer);
    for (const peer of Object.keys(peerDependencies)) {
      const installed = isInstalled(consumer, peer);
      expect(installed === !optional.includes(peer), `${peer} is ${installed ? 'there' : 'not there'}`);
    }
  });

  await check(`${self}: brings ${engine} once for import and once for require, and imports no other`, async () => {
    const folder = dirname(inFolder(consumer, self));
    const { dependencies, peerDependencies: peers } = JSON.parse(await readFile(inFolder(consumer, self), 'utf8'));
    expect(!(engine in { ...dependencies, ...peers }) && !isInstalled(consumer, engine), `it depends on ${engine}`);
    const files = (await readdir(join(folder, 'dist'), { recursive: true })).filter((file) => /\.c?js$/.test(file));
    const sources = await Promise.all(files.map((file) => readFile(join(folder, 'dist', file), 'utf8')));
    const mention = new RegExp(`(from|import|import\\(|require\\()\\s*['"]${engine}`);
    const importing = files.filter((_, i) => mention.test(sources[i]));
    expect(importing.length === 0, `imported by ${importing.join(', ')}`);
    const holding = files.filter((_, i) => sources[i].includes('AGFzbQ')); // how WebAssembly begins, in base64
    expect(holding.map(extname).sort().join() === '.cjs,.js', `held by ${holding.join(', ')}`);
  });

  for (const [version, binary] of versions) await checkNames(self, consumer, version, binary, specifiers);

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
      const inputs = await bundle(consumer, `import { ${names} } from '${self}/${entry}'; console.log(${names});`);
      const layers = inputs.filter(([path]) => path.includes('@tensorflow/tfjs-layers'));
      expect(layers.length === 0, `${names} pulls in ${layers.map(([path]) => path).join(', ')}`);
      const own = inputs.filter(([path]) => path.includes(`node_modules/${self}/`));
      sizes.push(`${names} ${own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)} bytes`);
    }
    return sizes.join(', ');
  });

  await check('every entry but node bundles for the browser, without the optional peers', async () => {
    const entries = specifiers.filter((name) => name !== `${self}/node`);
    await bundle(
      consumer,
      entries.map((name, i) => `import * as m${i} from '${name}'; console.log(m${i});`).join('\n'),
    );
  });

  await check('a bundle for the browser leaves tfjs-node out where it is installed', async () => {
    const folder = dirname(inFolder(consumer, '@tensorflow/tfjs-node'));
    await mkdir(folder, { recursive: true });
    await writeFile(
      inFolder(consumer, '@tensorflow/tfjs-node'),
      '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }',
    );
    await writeFile(join(folder, 'index.js'), "require('./tfjs_binding.node');");
    await bundle(consumer, `import { useBackend } from '${self}/backends'; console.log(useBackend);`);
    await rm(folder, { recursive: true });
  });

  await npm(['install', '@types/node@20'], consumer);
  await checkTypes(self, consumer, 'types.ts');

  await npm(['install', '@tensorflow/tfjs-backend-wasm'], consumer);
  for (const [version, binary] of versions) {
    for (const fixture of ['train.mjs', 'train.cjs']) {
      await check(`${self}, Node ${version}: ${fixture} trains a model`, async () => {
        const { backend, loss } = await runFixture(consumer, binary, fixture);
        const losses = [loss.loss, ...Object.values(loss).flatMap((task) => task.loss ?? [])];
        expect(losses.length === 4 && losses.every(Number.isFinite), JSON.stringify(loss));
        expect(backend === 'simd', `on ${backend}`);
        return backend;
      });
    }
  }

  // both
  await npm(['install', engineTarball], consumer);
  await check(`${engine} meets the copy that ${self} brings`, async () => {
    expectToMeet(await runFixture(consumer, process.execPath, 'simd-copies.mjs', ['multitask']));
  });
} finally {
  await rm(work, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
