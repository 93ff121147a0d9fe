// Checks both packages as their users get them: packed, and each installed alone into an empty folder; tfjs-multitask from a git
// URL too. Run after `npm run build`; needs Chromium, on the PATH or at $CHROMIUM.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { launchChromium } from './browser/chromium.mjs';
import { runInPage } from './browser/run-in-page.mjs';
import { ISOLATION } from './browser/serve.mjs';
import { readExamples } from './docs/doc-examples.mjs';
import { readMarkdownExamples } from './docs/read-markdown-examples.ts';
import { nodeBinary } from './node-binary.mjs';
import { bundleForPage, placeForCompiler, placeForNode } from './package/examples.mjs';
import { BUNDLERS, openPage } from './package/pages.mjs';
import { measureSizes, tableOf } from './package/sizes.mjs';

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
  const start = performance.now();
  try {
    const note = await body();
    passed++;
    console.log(`ok      ${what}${note ? `: ${note}` : ''} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
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

/** How much a prediction of a page and one of Node may differ: sums of single precision in other orders. */
const ROUNDING = 1e-5;

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
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true };
  // An example may import a backend that is not installed, for what that does.
  const unchecked = { noUncheckedSideEffectImports: false };
  const compilerOptions = { ...strict, ...unchecked, noEmit: true, target: 'es2022', ...options };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(bin('tsc'), ['-p', 'tsconfig.json'], { cwd: folder });
}

/** Checks that a fixture and examples compile in a folder where the packages and the types of Node are installed. */
async function checkTypes(name, folder, fixture, examples = []) {
  await check(`${name}: types resolve for ES modules and CommonJS in Node`, async () => {
    const files = [await place(folder, fixture, 'types.mts'), await place(folder, fixture, 'types.cts')];
    files.push(...(await placeForCompiler(folder, examples, '.mts')));
    await compile(folder, { module: 'node16', moduleResolution: 'node16', types: ['node'] }, files);
  });
  await check(`${name}: types resolve for bundlers`, async () => {
    const files = [await place(folder, fixture, 'types.ts'), ...(await placeForCompiler(folder, examples, '.ts'))];
    const modules = { module: 'esnext', moduleResolution: 'bundler', types: ['node'] };
    await compile(folder, { ...modules, exactOptionalPropertyTypes: true }, files);
  });
}

/** Packs a package, checks that its texts and what was built are in it and nothing else, and gives the tarball. */
async function pack(name, cwd, texts = ['README.md', 'CHANGELOG.md', 'LICENSE']) {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd });
  const [{ filename, files, size, unpackedSize }] = JSON.parse(stdout);
  const tarball = join(work, filename);

  await check(`${name}: npm pack holds dist, ${texts.join(', ')} alone`, () => {
    const paths = files.map(({ path }) => path);
    const expected = [...texts, 'package.json'];
    const missing = [...expected, 'dist/index.js'].filter((text) => !paths.includes(text));
    expect(missing.length === 0, `missing: ${missing.join(', ')}`);
    const others = paths.filter((path) => !path.startsWith('dist/') && !expected.includes(path));
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

/** Expects nothing that npm would run on a user's machine. */
async function expectNoScripts(folder, name) {
  const { scripts = {} } = JSON.parse(await readFile(inFolder(folder, name), 'utf8'));
  const run = ['preinstall', 'install', 'postinstall'].filter((script) => script in scripts);
  expect(run.length === 0, `it has ${run.join(', ')}`);
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
  const tarball = await pack(self, root, ['README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md']);
  const consumer = await createFolder('consumer');
  await check(`${self}: it installs into an empty folder, with its peers and without the optional ones`, async () => {
    await npm(['install', tarball], consumer);
    for (const peer of Object.keys(peerDependencies)) {
      const installed = isInstalled(consumer, peer);
      expect(installed === !optional.includes(peer), `${peer} is ${installed ? 'there' : 'not there'}`);
    }
  });

  await check(`${self}: runs no script where it is installed`, async () => {
    await expectNoScripts(consumer, self);
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
    expect(said.includes('no backend works here. Run: npm install @tensorflow/tfjs-backend-cpu, which simd'), said);
  });

  await check('without a backend, npx tfjs-multitask helps, and doctor says which to install', async () => {
    const { stdout: help } = await run('npx', [self, '--help'], { cwd: consumer });
    expect(
      ['predict', 'export', 'inspect', 'doctor'].every((command) => help.includes(`\n  ${command} `)),
      help,
    );
    const error = await run('npx', [self, 'doctor', '--json'], { cwd: consumer }).catch((failure) => failure);
    expect(error.code === 1 && JSON.parse(error.stdout).used === null, error.stdout);
    expect(error.stderr.includes('npm install @tensorflow/tfjs-backend-cpu'), error.stderr);
  });

  await check('metrics bundle without any peer, softDice without tfjs-layers', async () => {
    const metrics = await bundle(consumer, `import * as all from '${self}/metrics'; console.log(all);`);
    const others = metrics.map(([path]) => path).filter((path) => path !== '<stdin>' && !path.includes(`/${self}/`));
    expect(others.length === 0, `metrics pull in ${others.join(', ')}`);
    const loss = await bundle(consumer, `import { softDice } from '${self}/losses'; console.log(softDice);`);
    const layers = loss.map(([path]) => path).filter((path) => path.includes('@tensorflow/tfjs-layers'));
    expect(layers.length === 0, `softDice pulls in ${layers.join(', ')}`);
  });

  await check('what a page has of it is no larger than it was', async () => {
    const sizes = await measureSizes(consumer);
    console.log(tableOf(sizes));
    const larger = sizes.filter(({ bytes, limit }) => bytes > limit);
    expect(larger.length === 0, `larger: ${larger.map(({ what }) => what).join('; ')}`);
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

  // both, and what else the docs install
  await npm(['install', engineTarball, '@types/node@20', 'sharp', 'libsvm-js', 'h5wasm'], consumer);
  await check(`${engine} meets the copy that ${self} brings`, async () => {
    expectToMeet(await runFixture(consumer, process.execPath, 'simd-copies.mjs', ['multitask']));
  });

  const { probability, parameters } = await runFixture(consumer, process.execPath, 'command-line.mjs');
  for (const [version, binary] of versions) {
    await check(`the command line, Node ${version}: doctor, inspect, export and predict`, async () => {
      const program = join(consumer, 'node_modules/.bin', self);
      const out = join('cli', version.toString());
      const call = async (...args) => {
        const { stdout, stderr } = await run(binary, [program, ...args, '--json'], { cwd: consumer });
        expect(stderr === '', `${args[0]} printed to stderr: ${stderr}`);
        return JSON.parse(stdout);
      };
      const { used, node } = await call('doctor');
      expect(used === 'simd' && node.startsWith(`v${version}.`), `on ${used}, ${node}`);
      const { totals } = await call('inspect', 'cli/model');
      expect(totals.parameters === parameters && totals.flops > 0, JSON.stringify(totals));
      for (const format of ['onnx', 'keras', 'safetensors']) {
        const { written } = await call('export', 'cli/model', '--out', `${out}.${format}`);
        expect(written[0].bytes > 4 * parameters, JSON.stringify(written));
      }
      await call('predict', 'cli/model', 'cli/image.png', '--out', out, '--format', 'jsonl');
      const row = JSON.parse(await readFile(join(consumer, out, 'predictions.jsonl'), 'utf8'));
      expect(Math.abs(row.classification - probability) <= ROUNDING, JSON.stringify(row));
    });
  }

  // what the docs show
  const shown = readMarkdownExamples(root);
  await checkTypes(self, consumer, 'types.ts', [...shown, ...readExamples(root)]);
  const titleOf = ({ file, line }) => `the example at ${file}:${line}`;
  for (const [version, binary] of versions) {
    for (const example of shown.filter(({ kind }) => kind === 'node')) {
      await check(`${titleOf(example)} runs, Node ${version}`, async () => {
        const { cwd, main } = await placeForNode(consumer, example, `${version}`);
        await run(binary, [main], { cwd });
      });
    }
  }
  const browser = await launchChromium(['--disable-gpu', '--disable-software-rasterizer']);
  try {
    for (const [i, example] of shown.entries()) {
      if (example.kind !== 'browser') continue;
      await check(`${titleOf(example)} runs in a page`, async () => {
        const before = shown.slice(0, i).findLast(({ file, kind }) => file === example.file && kind === 'node');
        const folder = before ? (await placeForNode(consumer, before, `${nodeVersions[0]}`)).cwd : work;
        await runInPage(browser, { folder, main: await bundleForPage(consumer, example) });
      });
    }

    // pages
    const page = join(consumer, 'page');
    await cp(join(fixtures, 'page'), page, { recursive: true });
    let expected = [];
    await check('save-model.mjs saves a model, and predicts', async () => {
      expected = await runFixture(consumer, process.execPath, 'save-model.mjs');
    });
    for (const [bundler, buildPage] of Object.entries(BUNDLERS)) {
      const built = join(consumer, `built-with-${bundler}`);
      await check(`${bundler} builds a page`, () => buildPage(page, built));
      for (const [where, headers] of [
        ['without isolation', {}],
        ['isolated', ISOLATION],
      ]) {
        await check(`a page of ${bundler}, ${where}, predicts as Node does`, async () => {
          const { backend, threads, workers, isolated, prediction } = await openPage(browser, built, headers);
          expect(backend === 'simd' && isolated === (headers === ISOLATION), `on ${backend}, isolated: ${isolated}`);
          expect(workers === threads - 1, `${workers} workers for ${threads} threads`);
          expect(
            prediction.length === 32 * 32 + 1 && expected.length === prediction.length,
            `${prediction.length} values, Node: ${expected.length}`,
          );
          const worst = Math.max(...prediction.map((value, i) => Math.abs(value - expected[i])));
          expect(worst <= ROUNDING, `differs by ${worst}`);
          return `threads: ${threads}, within ${worst.toExponential(1)}`;
        });
      }
    }
  } finally {
    await browser.close();
  }

  // from a git URL
  const repository = join(work, 'repository');
  await run('git', ['clone', '--quiet', root, repository]);
  const cloned = await createFolder('from-git');
  await check(`${self}: npm installs it from a git URL, built`, async () => {
    await npm(['install', '--prefer-offline', `git+file://${repository}`, '@tensorflow/tfjs-backend-cpu'], cloned);
    await expectNoScripts(cloned, self);
    const [ofGit, ofTarball] = await Promise.all(
      [cloned, consumer].map((folder) => readdir(dirname(inFolder(folder, self)), { recursive: true })),
    );
    const entries = (files) => files.filter((file) => !/-\w{8}\.(js|cjs|d\.ts|d\.cts)$/.test(file)).sort();
    const [got, wanted] = [entries(ofGit), entries(ofTarball)].map((files) => files.join('\n'));
    expect(got === wanted, `it holds\n${got}\nand the tarball\n${wanted}`);
  });
  for (const [version, binary] of versions) {
    await checkNames(`${self} from git`, cloned, version, binary, specifiers);
    await check(`${self} from git, Node ${version}: train.mjs trains a model`, async () => {
      const { backend } = await runFixture(cloned, binary, 'train.mjs');
      expect(backend === 'simd', `on ${backend}`);
    });
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
