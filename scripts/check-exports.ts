// Writes models of every kind with random weights in every format, has each runtime read them, and compares what comes out
// with what TensorFlow.js computes: a difference of more than 1e-5 counts as failed. Prints `N passed, N failed`.
//
//   npm run check:exports -- [--full] [RUNTIME...]
//
// The runtimes are onnxruntime-web in Node and, by Python, onnxruntime, Keras on JAX, and PyTorch ($EXPORTS_PYTHON is a
// Python that has it). The others are installed, once, into
// ~/.cache/tfjs-multitask/exports ($EXPORTS_DIR), as they take 150 MB and more: npm and Python 3 with pip are needed.
// --full also writes published networks with all their stages, 600 MB a format.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { exportedNets } from './exports/nets';
import { writeCase } from './exports/write';

/** A program that reads cases, and what must be installed for it. */
interface Runtime {
  readonly format: string;
  readonly packages: readonly string[];
  readonly reader: string;
}

const RUNTIMES: Record<string, Runtime> = {
  'onnxruntime-web': { format: 'onnx', packages: ['onnxruntime-web@1.30.0'], reader: 'read-onnx.mjs' },
  onnxruntime: { format: 'onnx', packages: ['onnx==1.23.2', 'onnxruntime==1.32.0', 'numpy'], reader: 'read_onnx.py' },
  // PyPI's takes gigabytes for GPUs: one that is there, such as Debian's python3-torch, does.
  torch: { format: 'torch', packages: [], reader: 'read_torch.py' },
  keras: { format: 'keras', packages: ['keras==3.15.1', 'jax==0.10.2', 'h5py', 'numpy'], reader: 'read_keras.py' },
};

/** Relative to the largest value of an output, where that is above 1. */
const TOLERANCE = 1e-5;

interface Report {
  readonly name: string;
  readonly file: string;
  readonly difference?: number;
  readonly error?: string;
}

const run = promisify(execFile);
const here = new URL('./exports/', import.meta.url).pathname;
const cache = process.env.EXPORTS_DIR ?? join(homedir(), '.cache/tfjs-multitask/exports');
const isPython = ({ reader }: Runtime): boolean => reader.endsWith('.py');

/** What packages are imported as. */
const modules = (packages: readonly string[]): string[] => packages.map((one) => one.replace(/==.*/, ''));

/** Installs a runtime and returns how its reader is called. */
async function install(name: string, runtime: Runtime): Promise<{ command: string; env: NodeJS.ProcessEnv }> {
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  const { packages } = runtime;
  if (isPython(runtime)) {
    // pip leaves what is there.
    const installed = await run(
      'python3',
      ['-c', 'import sys; [__import__(n) for n in sys.argv[1:]]', ...modules(packages)],
      {
        env: { ...process.env, PYTHONPATH: folder },
      },
    ).catch(() => undefined);
    if (!installed && packages.length > 0)
      await run('python3', ['-m', 'pip', 'install', '-q', '--target', folder, ...packages]);
    return { command: process.env.EXPORTS_PYTHON ?? 'python3', env: { ...process.env, PYTHONPATH: folder } };
  }
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, ...packages]);
  return { command: process.execPath, env: { ...process.env, EXPORTS_RUNTIME: folder } };
}

/** Has a runtime read the cases; it prints a line for each. */
async function read(name: string, runtime: Runtime, cases: string): Promise<Report[]> {
  const { command, env } = await install(name, runtime);
  const child = spawn(command, [join(here, runtime.reader), cases], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const code = await new Promise((done) => child.on('close', done));
  const reports = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Report => JSON.parse(line));
  if (code !== 0) reports.push({ name: runtime.reader, file: '', error: `ended with code ${code}` });
  return reports;
}

const {
  values: { full },
  positionals,
} = parseArgs({ options: { full: { type: 'boolean', default: false } }, allowPositionals: true });
const unknown = positionals.find((name) => !(name in RUNTIMES));
if (unknown !== undefined)
  throw new RangeError(`no runtime '${unknown}'; there are ${Object.keys(RUNTIMES).join(', ')}`);
const chosen = Object.entries(RUNTIMES).filter(([name]) => positionals.length === 0 || positionals.includes(name));
const formats = [...new Set(chosen.map(([, { format }]) => format))];

await registerSimdBackend({ threads: 1 });
await setBackend('simd');
const cases = mkdtempSync(join(tmpdir(), 'exports-'));
let [passed, failed] = [0, 0];
try {
  for (const [i, [name, build]] of Object.entries(exportedNets(full)).entries()) {
    await writeCase(name, build(), join(cases, String(i).padStart(3, '0')), formats);
  }
  for (const [name, runtime] of chosen) {
    const reports = await read(name, runtime, cases);
    const bad = reports.filter(({ difference = Number.NaN }) => !(difference <= TOLERANCE));
    const worst = Math.max(...reports.map(({ difference = 0 }) => difference));
    console.log(`${name}: ${reports.length} files read, the largest difference ${worst.toExponential(1)}`);
    for (const { name: of, file, difference, error } of bad)
      console.log(`  FAILED ${of}, ${file}: ${error ?? difference}`);
    failed += bad.length + (reports.length === 0 ? 1 : 0);
    passed += reports.length - bad.length;
  }
} finally {
  rmSync(cases, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
