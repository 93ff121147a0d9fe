// Builds the native part of @tensorflow/tfjs-node, or of tfjs-node-gpu, where its installer's download is out of reach:
// libtensorflow comes from a wheel of PyPI, the binding is compiled here. Needs Linux on x86-64, npm, Python 3 with pip,
// and a C++ compiler.
//
//   node scripts/build-tfjs-node.mjs [--gpu]                  builds it into a cache, once, and prints the folder
//   node scripts/build-tfjs-node.mjs [--gpu] --into DIR       ... and installs it into DIR/node_modules
//   node scripts/build-tfjs-node.mjs [--gpu] --remove DIR     removes it from there
//
// The cache is $TFJS_NODE_DIR ($TFJS_NODE_GPU_DIR), or else ~/.cache/tfjs-multitask/tfjs-node-<version>-tensorflow-<version>;
// the folder holds the package by its name, and in `shared` what it must have in common with the program that uses it: two
// copies of tfjs-core in one process do not know each other's tensors.
//
// Which TensorFlow: tfjs-node 4.22 is made for libtensorflow 2.9.1. Wheels have the C API as a library of its own since
// 2.12 (libtensorflow_cc.so.2); in those of 2.9 to 2.11 it is part of Python's _pywrap_tensorflow_internal.so, which does
// not load without Python (undefined symbol: PyTuple_Type). 2.12.1, 2.15.1 and 2.21.0 were tried: the binding builds
// against each, and computes. 2.12.1 is taken as the nearest to 2.9.1. Its CUDA is 11.8, where that of 2.9.1 is 11.2.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const TFJS_NODE = '4.22.0';
const TENSORFLOW = '2.12.1';
/** What is built: where TensorFlow comes from, and where the outcome goes. */
const BUILDS = {
  'tfjs-node': {
    wheel: 'tensorflow-cpu',
    sha256: '7ffb595707a8fb376deaddc768784c7a0242b16cbc6e06393b1733b2ce19f855',
    given: process.env.TFJS_NODE_DIR,
  },
  'tfjs-node-gpu': {
    wheel: 'tensorflow',
    sha256: '857a1e331cc34f399236642dbf4ac8f3ca4f36e2df04e45516819db1b3c827c1',
    given: process.env.TFJS_NODE_GPU_DIR,
  },
};
/** Of the wheel's Python, which need not be the one that is here. */
const PLATFORM = ['--implementation=cp', '--python-version=3.11', '--platform=manylinux2014_x86_64'];
const SHARED = ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-webgl'].map(
  (name) => `@tensorflow/${name}`,
);

const run = promisify(execFile);
const cacheOf = (name) =>
  BUILDS[name].given ?? join(homedir(), `.cache/tfjs-multitask/${name}-${TFJS_NODE}-tensorflow-${TENSORFLOW}`);

class Refusal extends Error {}

/** Runs a command; where it fails, prints that in one line above its output. */
async function command(what, file, args, options) {
  try {
    return await run(file, args, { maxBuffer: 2 ** 26, ...options });
  } catch (error) {
    const reason =
      error.code === 'ENOENT' ? `'${file}' is not here` : `${error.stderr || error.stdout || error.message}`;
    throw new Refusal(`cannot ${what}: ${reason.trim()}`);
  }
}

async function findPython() {
  for (const name of ['python3', 'python']) {
    const found = await run(name, ['-m', 'pip', '--version']).catch(() => undefined);
    if (found) return name;
  }
  throw new Refusal('needs Python 3 with pip, which fetches TensorFlow: neither python3 nor python has it here.');
}

/** Puts libtensorflow and its headers, as binding.gyp looks for them, into `deps`. */
async function fetchTensorFlow({ wheel: name, sha256 }, work, deps) {
  const python = await findPython();
  const requirements = join(work, 'requirements.txt');
  await writeFile(requirements, `${name}==${TENSORFLOW} --hash=sha256:${sha256}\n`);
  const wheels = join(work, 'wheels');
  const options = ['--no-deps', '--only-binary=:all:', '--require-hashes', ...PLATFORM, '-d', wheels];
  await command('download TensorFlow', python, ['-m', 'pip', 'download', '-q', ...options, '-r', requirements]);
  const [wheel] = await readdir(wheels);
  // A wheel is a zip file, and Python can read it.
  const script = `
import os, sys, zipfile
wheel, deps = sys.argv[1:]
libraries = ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2')
headers = ('tensorflow/c/', 'tensorflow/core/platform/', 'tensorflow/tsl/')
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        top, _, path = info.filename.partition('/')
        if top != 'tensorflow':
            continue
        if path in libraries:
            info.filename = 'lib/' + path
        elif path.startswith(tuple('include/' + folder for folder in headers)):
            info.filename = path
        else:
            continue
        archive.extract(info, deps)
for name in ('libtensorflow', 'libtensorflow_framework'):
    library = 'libtensorflow_cc' if name == 'libtensorflow' else name
    os.symlink(library + '.so.2', os.path.join(deps, 'lib', name + '.so'))
`;
  await command('unpack TensorFlow', python, ['-c', script, join(wheels, wheel), deps]);
}

/** Compiles the binding with the package's own script, against the headers beside this Node where it has them. */
async function compileBinding(folder) {
  const prefix = dirname(dirname(process.execPath));
  const env = { ...process.env };
  if (!env.npm_config_nodedir && existsSync(join(prefix, 'include/node/node_api.h'))) env.npm_config_nodedir = prefix;
  await command('compile the binding', 'npm', ['run', 'build-addon-from-source'], { cwd: folder, env });
}

/** Loads the package in a process of its own, and gives the version of TensorFlow that answers. */
async function tryBinding(folder) {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null; // which Node 23 has no more; useBackend gives it back likewise
    const tf = require(${JSON.stringify(folder)});
    const y = tf.conv2d(tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1]), 1, 'valid');
    if (tf.getBackend() !== 'tensorflow' || y.dataSync().join() !== '4,4,4,4') throw new Error('it computes wrongly');
    console.log(tf.backend().binding.TF_Version);
  `;
  const { stdout } = await command('use the binding', process.execPath, ['-e', script]);
  return stdout.trim();
}

async function build(name) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Refusal(
      `is for Linux on x86-64 and this is ${process.platform} on ${process.arch}. Run: npm install @tensorflow/${name}`,
    );
  }
  const cache = cacheOf(name);
  await mkdir(dirname(cache), { recursive: true });
  const work = await mkdtemp(`${cache}.`);
  try {
    await writeFile(join(work, 'package.json'), '{ "private": true }');
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await command(`install ${name}`, 'npm', [...install, `@tensorflow/${name}@${TFJS_NODE}`], { cwd: work });
    const modules = join(work, 'node_modules');
    const folder = join(modules, '@tensorflow', name);
    await fetchTensorFlow(BUILDS[name], work, join(folder, 'deps'));
    await compileBinding(folder);
    const version = await tryBinding(folder);
    if (version !== TENSORFLOW) throw new Refusal(`should have TensorFlow ${TENSORFLOW} and has ${version}.`);

    const done = join(work, 'done');
    await mkdir(join(done, 'shared/@tensorflow'), { recursive: true });
    await rename(folder, join(done, name));
    for (const shared of SHARED) await rename(join(modules, shared), join(done, 'shared', shared));
    await rename(modules, join(done, name, 'node_modules'));
    await rename(done, cache).catch((error) => {
      if (!existsSync(cache)) throw error; // else another process was faster
    });
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The folder of the built package: built where it is not there yet. */
async function builtTfjsNode(name) {
  const cache = cacheOf(name);
  if (!existsSync(cache)) await build(name);
  return cache;
}

const targetIn = (folder, name) => join(resolve(folder), 'node_modules/@tensorflow', name);

/** The file that marks what this script has put somewhere. */
const MARK = 'built-by-tfjs-multitask';

/**
 * Installs the built package, tfjs-node or tfjs-node-gpu, into `folder`, beside the tfjs-core that is used there, and
 * gives its own folder.
 */
export async function installTfjsNode(folder, name = 'tfjs-node') {
  const source = await builtTfjsNode(name);
  await removeTfjsNode(folder, name);
  const target = targetIn(folder, name);
  const { resolve: find } = createRequire(join(resolve(folder), 'index.js'));
  const copies = [[join(source, name), target]];
  for (const shared of SHARED) {
    const own = join(source, 'shared', shared);
    let there;
    try {
      there = find(`${shared}/package.json`);
    } catch {
      copies.push([own, join(target, 'node_modules', shared)]);
      continue;
    }
    const { version } = JSON.parse(await readFile(there, 'utf8'));
    if (version !== TFJS_NODE) throw new Refusal(`needs ${shared} ${TFJS_NODE}, and ${folder} has ${version}.`);
  }
  await mkdir(dirname(target), { recursive: true });
  // Links, where the cache is on the same disk: it is a gigabyte or two. They are files of their own to Node, unlike symbolic ones.
  const linked = (await stat(source)).dev === (await stat(dirname(target))).dev ? ['-l'] : [];
  for (const [from, to] of copies) await command('copy it', 'cp', ['-a', ...linked, from, to]);
  await writeFile(join(target, MARK), '');
  return target;
}

/** Removes from `folder` what {@link installTfjsNode} put there, and nothing else. */
async function removeTfjsNode(folder, name) {
  const target = targetIn(folder, name);
  if (!existsSync(target)) return;
  if (!existsSync(join(target, MARK))) throw new Refusal(`finds another ${name} at ${target}, and leaves it alone.`);
  await rm(target, { recursive: true });
}

async function main() {
  const options = { gpu: { type: 'boolean', default: false }, into: { type: 'string' }, remove: { type: 'string' } };
  const { gpu, into, remove } = parseArgs({ options }).values;
  const name = gpu ? 'tfjs-node-gpu' : 'tfjs-node';
  if (remove !== undefined) return removeTfjsNode(remove, name);
  console.log(into === undefined ? await builtTfjsNode(name) : await installTfjsNode(into, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error instanceof Refusal ? `build-tfjs-node: ${error.message}` : error);
    process.exitCode = 1;
  });
}
