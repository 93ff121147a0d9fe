import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunConfig } from '../records';

/** The percentiles by which the images of an experiment's run were scaled; undefined for any other model. */
export async function readWindow(folder: string): Promise<RunConfig['window']> {
  for (const run of [folder, dirname(folder)]) {
    const file = join(run, 'config.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      return (JSON.parse(text) as { config?: RunConfig }).config?.window;
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
    }
  }
  return undefined;
}
