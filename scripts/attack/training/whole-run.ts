import { rmSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from 'tfjs-multitask/data';
import { writeArchive, writePng } from 'tfjs-multitask/node';
import { fitTiny } from './fit';
import type { Setup } from './setup';

/** With all that a checkpoint can hold: three of them, moments, averages, what a weighting learned. */
export const WHOLE_SETUP: Setup = {
  optimizer: 'adam',
  joint: 'uncertainty',
  accumulate: 1,
  averageDecay: 0.9,
  every: { epochs: 0, steps: 1 },
  keep: 3,
  patience: 1,
  schedule: 'plateau',
  prefetch: 1,
};

let made: Promise<string> | undefined;

async function make(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-whole-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await fitTiny(WHOLE_SETUP, folder);
  const { uniform, integer } = random(3, 'whole run');
  const data = Float64Array.from({ length: 200 }, () => uniform());
  await writeArchive(join(folder, 'data.tfmt'), {
    text: 'some',
    numbers: [1, Number.NaN, -0],
    data,
    counts: new Int32Array(9),
  });
  await writePng(join(folder, 'grey.png'), { data: data.slice(0, 192), shape: [12, 16, 1] });
  const deep = Uint16Array.from({ length: 12 * 9 * 3 }, () => integer(65536));
  await writePng(join(folder, 'deep.png'), { data: deep, shape: [12, 9, 3] });
  return folder;
}

/** Puts a copy of all that the library writes into a folder; it is made once in each process. */
export async function copyWholeRun(folder: string): Promise<void> {
  made ??= make();
  await cp(await made, folder, { recursive: true });
}
