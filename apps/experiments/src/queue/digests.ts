import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version_core as core } from '@tensorflow/tfjs-core';
import { version_layers as layers } from '@tensorflow/tfjs-layers';
import sharp from 'sharp';
import { readCsv } from '../predict/list-images';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SOURCES = ['src', 'packages/backend-simd/src', 'apps/experiments/src'];

/** SHA-256 of what computes here: the sources, and the versions of what they stand on. */
export async function codeDigest(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ core, layers, sharp: sharp.versions }));
  for (const folder of SOURCES) {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) {
      hash.update(`${file.slice(ROOT.length).replaceAll('\\', '/')}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

/** SHA-256 of the manifest of a folder and of all files that it names; of phantoms, which the code draws, nothing. */
export async function dataDigest(data: string | null): Promise<string> {
  const hash = createHash('sha256');
  if (data === null) return hash.digest('hex');
  const manifest = join(data, 'manifest.csv');
  let columns: readonly string[] | undefined;
  for await (const { cells } of readCsv(manifest)) {
    hash.update(JSON.stringify(cells));
    if (columns === undefined) {
      columns = cells;
      continue;
    }
    for (const name of ['image', 'mask']) {
      const path = cells[columns.indexOf(name)] ?? '';
      // One that is not there is an image that cannot be read, here as there.
      if (path !== '') hash.update(await readFile(join(data, path)).catch(() => 'not there'));
    }
  }
  return hash.digest('hex');
}
