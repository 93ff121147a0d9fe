import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { loadMultitask } from 'tfjs-multitask/models';
import { fileSystem, loadCheckpoint, readImage } from 'tfjs-multitask/node';
import { Fault } from '../attack';

/** How each file of a run is read, from its folder. */
const READERS: Record<string, (path: string) => Promise<unknown>> = {
  'model/model.json': async (path) => (await loadMultitask(fileSystem(path))).dispose(),
  'history.json': async (path) => JSON.parse(await readFile(path, 'utf8')),
  'log.csv': async (path) => parse(await readFile(path, 'utf8'), { columns: true }),
  'losses.png': (path) => readImage(path),
};

/**
 * Throws unless what is in the folder of a run is whole, whatever ended it; `checkpoint` is one that was there.
 */
export async function checkWhole(folder: string, checkpoint?: string): Promise<void> {
  const saved = await loadCheckpoint(join(folder, 'run'));
  if (saved !== undefined && saved.skipped.length > 0) throw new Fault('lost', `torn: ${saved.skipped[0].reason}`);
  if (checkpoint !== undefined && (saved === undefined || saved.file < join(folder, 'run', checkpoint))) {
    throw new Fault('lost', `${checkpoint} was written, the newest there is ${saved?.file}`);
  }
  for (const [name, read] of Object.entries(READERS)) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    await read(path).catch((error: Error) => {
      throw new Fault('lost', `torn: ${name}: ${error.message}`);
    });
  }
}
