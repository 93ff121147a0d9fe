import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlainData } from 'tfjs-multitask';
import { loadCheckpoint, readArchive, writeArchive } from 'tfjs-multitask/node';
import { type Attack, Fault } from '../attack';
import { drawJsonEdit, editJson, type JsonEdit } from '../files/json-edits';
import { checkMessage } from '../messages';
import { fitTiny } from '../training/fit';
import { copyWholeRun, WHOLE_SETUP } from '../training/whole-run';

interface Input {
  /** Of what the archive says it holds, or of the state that it holds; either has a right checksum afterwards. */
  readonly of: 'header' | 'state';
  readonly changes: readonly JsonEdit[];
}

const PREFIX = 16;
const DIGEST = 32;

/** Rewrites the header of an archive, with its length and the sum over all. */
async function changeHeader(path: string, changes: readonly JsonEdit[]): Promise<void> {
  const bytes = await readFile(path);
  const length = bytes.readUInt32LE(12);
  const padded = (n: number): number => Math.ceil(n / 8) * 8;
  const header = JSON.parse(bytes.toString('utf8', PREFIX, PREFIX + length));
  for (const change of changes) editJson(header, change);
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.from(bytes.subarray(0, PREFIX));
  prefix.writeUInt32LE(text.length, 12);
  const arrays = bytes.subarray(PREFIX + padded(length), bytes.length - DIGEST);
  const body = Buffer.concat([prefix, text, Buffer.alloc(padded(text.length) - text.length), arrays]);
  await writeFile(path, Buffer.concat([body, createHash('sha256').update(body).digest()]));
}

/** Parts that belong to a callback or a strategy, which alone can say what it takes, or that only tell. */
const OPAQUE = ['callbacks', 'history', 'sums', 'memory', 'weighting', 'seconds', 'id', 'stopped'];

/** What stands where keys lead down to; undefined where they lead nowhere. */
function valueAt(root: unknown, keys: readonly string[]): unknown {
  return keys.reduce((here, key) => (here as Record<string, unknown> | null | undefined)?.[key], root);
}

/** Changes the state; returns where something of another kind stands now that nobody may take. */
async function changeState(path: string, changes: readonly JsonEdit[]): Promise<string | undefined> {
  const state = (await readArchive(path)) as PlainData & object;
  const spoilt: { readonly keys: readonly string[]; readonly value: unknown }[] = [];
  for (const change of changes) {
    const { keys, otherKind } = editJson(state, change);
    const known = keys.every((key) => !OPAQUE.includes(key) && key === key.trim()); // a repeated key has a space behind it
    if (otherKind && known) spoilt.push({ keys, value: valueAt(state, keys) });
  }
  // A later change may have moved it away, as if nobody had said anything there.
  const nonsense = spoilt.find(({ keys, value }) => Object.is(valueAt(state, keys), value))?.keys.join('.');
  try {
    await writeArchive(path, state);
  } catch (error) {
    checkMessage(error); // what it holds now is no plain data
    await rm(path);
    return undefined;
  }
  return nonsense;
}

/** Checkpoints whose sums are right and whose content is not: refused before anything is touched, or resumed. */
export const checkpoints: Attack<Input> = {
  kind: 'checkpoints',
  share: 60,
  seconds: 20,
  draw(random) {
    return {
      of: random.integer(3) === 0 ? 'header' : 'state',
      changes: Array.from({ length: 1 + random.integer(2) }, () => drawJsonEdit(random)),
    };
  },
  async run({ of, changes }, folder) {
    await copyWholeRun(folder);
    const run = join(folder, 'run');
    const names = (await readdir(run)).sort();
    // The oldest, so that the run has steps left.
    for (const name of names.slice(1)) await rm(join(run, name));
    const path = join(run, names[0]);
    const nonsense = of === 'state' ? await changeState(path, changes) : await changeHeader(path, changes);
    try {
      if ((await loadCheckpoint(run)) === undefined) return;
      await fitTiny(WHOLE_SETUP, folder);
    } catch (error) {
      checkMessage(error);
      return;
    }
    if (nonsense !== undefined) throw new Fault('silent', `a checkpoint with nonsense at ${nonsense} was resumed`);
  },
};
