import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePng } from 'tfjs-multitask/node';
import { copyWholeRun } from '../training/whole-run';
import { CALLS, EXPORTS } from './calls';

/** The files that calls read. */
async function writeFiles(folder: string): Promise<void> {
  await copyWholeRun(folder);
  const images = join(folder, 'images');
  await mkdir(images);
  await writePng(join(images, 'a.png'), { data: new Uint8Array(16).fill(9), shape: [4, 4, 1] });
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, 'classes', name), { recursive: true });
    await copyFile(join(images, 'a.png'), join(folder, 'classes', name, '1.png'));
  }
  await writeFile(join(images, 'manifest.csv'), 'image,covid,source,split,weight\na.png,1,x,train,2\n');
}

/** Calls an export, given as `subpath.name`, in an empty folder, with arguments that `spoil` may change; uses what it returns. */
export async function callExport(name: string, folder: string, spoil: (args: unknown[]) => void): Promise<void> {
  const [subpath, own] = name.split('.');
  const call = CALLS[subpath][own];
  if (subpath === 'node' || own === 'loadMultitask') await writeFiles(folder);
  const args = [...call.args(folder)];
  spoil(args);
  const exported = EXPORTS[subpath][own];
  const isClass = /^class\b/.test(Function.prototype.toString.call(exported));
  const result = await (isClass ? new exported(...args) : exported(...args));
  await call.use?.(result);
}
