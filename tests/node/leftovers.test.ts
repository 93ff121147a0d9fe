import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';
import { checkpoint } from '../../src/node/checkpoint';
import { csvLog } from '../../src/node/csv-log';
import { fileSystem } from '../../src/node/file-system';
import { removeLeftovers, temporaryName } from '../../src/node/leftovers';
import { useCpu } from '../support/cpu';
import { fakeRun, type Task } from './fake-run';
import { temporaryDirectory } from './temporary-directory';

useCpu();
const path = temporaryDirectory();
const WRITER = fileURLToPath(new URL('write-for-ever.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const temporaries = async (...names: string[]): Promise<string[]> =>
  (await readdir(path(...names))).filter((name) => name.endsWith('.tfmt-tmp'));

/** Stops a process in the middle of a file, in a directory where nobody else writes. */
async function stopWriting(...names: string[]): Promise<ChildProcess> {
  await mkdir(path(...names), { recursive: true });
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, path(...names, 'state')]);
  children.push(child);
  await once(child.stdout, 'data');
  do {
    child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 3));
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while ((await temporaries(...names)).length === 0);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe('what a writer that was killed left', () => {
  const starts: readonly (readonly [name: string, start: () => Promise<unknown>])[] = [
    ['removeLeftovers', () => removeLeftovers(path('run'))],
    ['a fit that saves checkpoints there', async () => checkpoint<Task>(path('run')).onFitBegin?.(fakeRun())],
    ['a fit that logs there', async () => csvLog<Task>(path('run', 'log.csv')).onFitBegin?.(fakeRun())],
    [
      'a model that is saved there',
      () => sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] }).save(fileSystem(path('run'))),
    ],
  ];
  it.each(starts)('is removed by %s, and what a living one writes is not', async (_, start) => {
    const writer = await stopWriting('run');
    await start();
    expect(await temporaries('run')).toHaveLength(1);
    await kill(writer);
    expect(await temporaries('run')).toHaveLength(1);
    await start();
    expect(await temporaries('run')).toEqual([]);
    expect(await readdir(path('run'))).toContain('state');
  });

  it('is removed where the process that cleans up has the number of the one that was killed', async () => {
    const own = temporaryName();
    const earlier = own.replace(/-\d+-([0-9a-f]{16})/, '-5-$1');
    for (const name of [own, earlier]) await writeFile(path(name), '');
    await removeLeftovers(path());
    expect(await temporaries()).toEqual([own]);
  });

  it('has an hour where it is of another computer or of an earlier version', async () => {
    const names = ['1-9-0123456789abcdef', '1-9-fedcba9876543210'].map((rest) => `.00000000-${rest}.tfmt-tmp`);
    names.push('.0123456789abcdef.tfmt-tmp', '.fedcba9876543210.tfmt-tmp', '.tfmt-tmp', 'notes.txt');
    const before = new Date(Date.now() - 61 * 60 * 1000);
    for (const [i, name] of names.entries()) {
      await writeFile(path(name), '');
      if (i % 2 === 0 || i > 3) await utimes(path(name), before, before);
    }
    await removeLeftovers(path());
    expect((await readdir(path())).sort()).toEqual([names[1], names[3], '.tfmt-tmp', 'notes.txt'].sort());
  });

  it('is removed below a directory too where that is asked for, but not behind links', async () => {
    const gone = temporaryName().replace(/-\d+-([0-9a-f]{16})/, '-5-$1');
    await mkdir(path('run', 'below'), { recursive: true });
    await mkdir(path('elsewhere'));
    await symlink(path('elsewhere'), path('run', 'link'));
    for (const where of ['run/below', 'elsewhere']) await writeFile(path(where, gone), '');
    await removeLeftovers(path('run'));
    expect(await temporaries('run', 'below')).toEqual([gone]);
    await removeLeftovers(path('run'), { recursive: true });
    expect(await temporaries('run', 'below')).toEqual([]);
    expect(await temporaries('elsewhere')).toEqual([gone]);
    await removeLeftovers(path('nowhere'), { recursive: true });
  });

  it('of a model: weights without a model, unless another process saves there', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    await model.save(fileSystem(path('run')));
    await writeFile(path('run', 'model.0123456789abcdef.bin'), 'orphaned');
    const writer = await stopWriting('run');
    await model.save(fileSystem(path('run')));
    expect(await readdir(path('run'))).toContain('model.0123456789abcdef.bin');
    await kill(writer);
    await model.save(fileSystem(path('run')));
    expect((await readdir(path('run'))).filter((name) => name.endsWith('.bin'))).toHaveLength(1);
    model.dispose();
  });
});
