import type { io } from '@tensorflow/tfjs-core';
import { kindOf } from '../../internal/check-kinds';
import { isNode } from '../../internal/environment';
import { readPath } from './read-path';
import type { WeightSource } from './weight-source';

/** What a source has been read to. */
export interface SourceBytes {
  /** For errors. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Reads a file beside it. */
  sibling(path: string): Promise<Uint8Array>;
}

async function fetchBytes(url: URL | string): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: Error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new Error(`${url}: could not be fetched: ${reason}.`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url}: could not be fetched: the server returned ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

const alone = async (path: string): Promise<Uint8Array> => {
  throw new Error(`${path} lies beside it, and it is not known where: pass a path, an address or an IOHandler.`);
};

/** Whether a text is an address and not a path; on a page every text is one. */
const isAddress = (text: string): boolean => /^(https?|blob|data):/.test(text) || !isNode();

/** Only from beside or below: a model of a stranger names no other files of this computer. */
function checkBeside(path: string, name: string): void {
  if (/^[\w.][\w.\- ]*(\/[\w.][\w.\- ]*)*$/.test(path) && !path.split('/').includes('..')) return;
  throw new Error(`${name}: expected its weights in files beside it, found the path '${path}'.`);
}

/** Whether a source is an IOHandler of TensorFlow.js. */
export function isHandler(source: unknown): source is io.IOHandler {
  return typeof source === 'object' && source !== null && typeof (source as io.IOHandler).load === 'function';
}

/**
 * Reads a source as a whole.
 *
 * @throws {TypeError} where it is none.
 * @throws {Error} that names it where it cannot be read.
 */
export async function readSource(source: Exclude<WeightSource, io.IOHandler>, caller: string): Promise<SourceBytes> {
  if (source instanceof Uint8Array) return { name: 'the bytes', bytes: source, sibling: alone };
  if (source instanceof ArrayBuffer) return { name: 'the bytes', bytes: new Uint8Array(source), sibling: alone };
  if (typeof Blob === 'function' && source instanceof Blob) {
    const name = 'name' in source && typeof source.name === 'string' ? source.name : 'the file';
    return { name, bytes: new Uint8Array(await source.arrayBuffer()), sibling: alone };
  }
  if (source instanceof URL || (typeof source === 'string' && source !== '' && isAddress(source))) {
    if (source instanceof URL && source.protocol === 'file:') return readFile(decodeURIComponent(source.pathname));
    const name = String(source);
    return {
      name,
      bytes: await fetchBytes(source),
      sibling: async (path) => {
        checkBeside(path, name);
        return fetchBytes(new URL(path, new URL(name, globalThis.location?.href)));
      },
    };
  }
  if (typeof source === 'string' && source !== '') return readFile(source);
  throw new TypeError(
    `${caller}: the source must be a path, an address, the bytes of a file, a Blob or an IOHandler, got ${kindOf(source)}.`,
  );
}

async function readFile(path: string): Promise<SourceBytes> {
  return {
    name: path,
    bytes: await readPath(path),
    sibling: async (beside) => {
      checkBeside(beside, path);
      return readPath(`${path.replace(/[^/\\]*$/, '')}${beside}`);
    },
  };
}
