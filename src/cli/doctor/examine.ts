import { availableParallelism, totalmem } from 'node:os';
import { version } from '../../../package.json';
import { print } from '../print';
import { NODE_BACKENDS } from '../shared-options';
import { short, table } from '../words';
import { findPackages, type PackageFound } from './packages';
import type { Trial } from './read-trial';
import { tryInChild } from './try-in-child';

/** The packages that bring a backend. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'node-gpu': ['@tensorflow/tfjs-node-gpu'],
  node: ['@tensorflow/tfjs-node'],
  webgpu: ['@tensorflow/tfjs-backend-webgpu', 'webgpu'],
  simd: ['@tensorflow/tfjs-backend-cpu'],
  wasm: ['@tensorflow/tfjs-backend-wasm'],
  cpu: ['@tensorflow/tfjs-backend-cpu'],
};

type BackendState = { readonly name: string; readonly install: string | null } & Trial;

interface Findings {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Whether WebAssembly has vectors here. */
  readonly simd: boolean;
  readonly packages: readonly PackageFound[];
  /** Fastest first. */
  readonly backends: readonly BackendState[];
  /** The backend that programs get. */
  readonly used: string | null;
  /** Why it is that one, where a variable of the environment asks for it. */
  readonly askedFor: string | null;
}

/** A module with one function, which returns a vector of zeros. */
const VECTOR = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

async function lookAtBackend(name: string, packages: readonly PackageFound[]): Promise<BackendState> {
  const missing = PACKAGES[name].filter((needed) => packages.some((one) => one.name === needed && one.found === null));
  if (missing.length === 0) return { name, install: null, ...(await tryInChild(name)) };
  const install = `npm install ${missing.join(' ')}`;
  return { name, install, works: false, reason: `It is not installed: ${install}` };
}

async function look(): Promise<Findings> {
  const packages = await findPackages();
  const backends: BackendState[] = [];
  // One after the other: each uses all cores while it is tried.
  for (const name of NODE_BACKENDS) backends.push(await lookAtBackend(name, packages));
  const askedFor = process.env.TFJS_MULTITASK_BACKEND || null;
  const wanted = backends.filter(({ name, works }) => works && (askedFor === null || name === askedFor));
  return {
    version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    simd: WebAssembly.validate(VECTOR),
    packages,
    backends,
    used: wanted[0]?.name ?? null,
    askedFor,
  };
}

function describeBackend({ used }: Findings, state: BackendState): string[] {
  const mark = state.name === used ? '->' : '';
  if (!state.works) return [mark, state.name, state.install === null ? 'does not work' : 'not there', state.reason];
  const threads = state.threads === undefined ? '' : `${state.threads} ${state.threads === 1 ? 'thread' : 'threads'}`;
  return [mark, state.name, 'works', [threads, state.gpu].filter(Boolean).join(', ')];
}

function inWords(found: Findings): string {
  const { packages, backends, used, askedFor } = found;
  const asks = `TFJS_MULTITASK_BACKEND asks for ${askedFor}`;
  return [
    table('<<', [
      ['tfjs-multitask', found.version],
      ['Node', `${found.node.slice(1)}, ${found.platform}`],
      ['cores', `${found.cores}, ${short(found.memoryBytes, 'B')} of memory`],
      ['WebAssembly SIMD', found.simd ? 'yes' : 'no: the backends simd and wasm are slow or do not work'],
    ]),
    table('<<<', [
      ['package', 'version', 'for'],
      ...packages.map(({ name, found: there, wanted, purpose }) => [
        ...[name, there ?? '-', there === null ? `${purpose}: npm install ${name}` : `${purpose} (takes ${wanted})`],
      ]),
    ]),
    table('<<<<', [['', 'backend', '', ''], ...backends.map((state) => describeBackend(found, state))]),
    askedFor === null
      ? used === null
        ? 'No backend works here.'
        : `Programs use ${used}.`
      : used === null
        ? `Programs fail: ${asks}, which does not work here.`
        : `Programs use ${used}: ${asks}.`,
  ].join('\n\n');
}

/** Prints what works here. @throws {Error} where no backend does, once all is printed. */
export async function examine(json: boolean | undefined): Promise<void> {
  const found = await look();
  print(json, found, () => inWords(found));
  if (found.used !== null) return;
  throw new Error(
    found.askedFor === null
      ? 'no backend works here; run: npm install @tensorflow/tfjs-backend-cpu'
      : `the backend '${found.askedFor}', which TFJS_MULTITASK_BACKEND asks for, does not work here; see the list above.`,
  );
}
