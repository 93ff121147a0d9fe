import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Random } from 'tfjs-multitask/data';

/** Damage to a file. `at` counts bytes, modulo the file's length; below 0 from its end. */
export type Edit =
  | { readonly edit: 'cut' | 'remove' | 'zero' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly edit: 'flip'; readonly at: number; readonly bit: number }
  | { readonly edit: 'set'; readonly at: number; readonly value: number }
  | { readonly edit: 'insert' | 'append'; readonly at: number; readonly length: number; readonly value: number }
  | { readonly edit: 'empty' | 'delete' | 'directory' | 'pipe' | 'loop' };

const BYTES = ['cut', 'flip', 'zero', 'append', 'remove', 'repeat', 'insert', 'set'] as const;
const WHOLE = ['empty', 'delete', 'directory', 'pipe', 'loop'] as const;
/** Bytes that formats take for something: lengths, ends, text. */
const VALUES = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x30, 0x22, 0x7b, 0xd9, 0xda];

const oneOf = <V>({ integer }: Random, values: readonly V[]): V => values[integer(values.length)];

/** Heads and ends of files are hit as often as all that lies between. */
function drawPlace(random: Random): number {
  const where = random.integer(4);
  if (where === 0) return random.integer(64);
  if (where === 1) return -1 - random.integer(64);
  return random.integer(2 ** 31);
}

function drawLength(random: Random): number {
  return random.integer(2) === 0 ? 1 + random.integer(8) : 1 + random.integer(4000);
}

function drawByteEdit(random: Random): Edit {
  const edit = oneOf(random, BYTES);
  const at = drawPlace(random);
  if (edit === 'flip') return { edit, at, bit: random.integer(8) };
  if (edit === 'set') return { edit, at, value: oneOf(random, VALUES) };
  const length = drawLength(random);
  if (edit === 'insert' || edit === 'append') return { edit, at, length, value: oneOf(random, VALUES) };
  return { edit, at, length };
}

/** One to three changes of bytes; seldom the whole file, where `whole`. */
export function drawEdits(random: Random, whole = false): Edit[] {
  if (whole && random.integer(10) === 0) return [{ edit: oneOf(random, WHOLE) }];
  return Array.from({ length: 1 + Math.floor(random.uniform() ** 2 * 3) }, () => drawByteEdit(random));
}

/** The bytes with one change; a change of the whole file leaves them as they are. */
function editBytes(bytes: Buffer, edit: Edit): Buffer {
  if (!('at' in edit) || bytes.length === 0) return bytes;
  const at = ((edit.at % bytes.length) + bytes.length) % bytes.length;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (edit.edit) {
    case 'cut':
      return Buffer.from(before);
    case 'remove':
      return Buffer.concat([before, after.subarray(edit.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, edit.length), after]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(edit.length, edit.value), after]);
    case 'append':
      return Buffer.concat([bytes, Buffer.alloc(edit.length, edit.value)]);
    default: {
      const copy = Buffer.from(bytes);
      if (edit.edit === 'flip') copy[at] ^= 1 << edit.bit;
      else if (edit.edit === 'set') copy[at] = edit.value;
      else copy.fill(0, at, Math.min(at + edit.length, copy.length));
      return copy;
    }
  }
}

export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce(editBytes, bytes);
}

/** Damages a file. Returns whether it still holds the bytes that it held. */
export async function damageFile(path: string, edits: readonly Edit[]): Promise<boolean> {
  const before = await readFile(path);
  const { edit } = edits[0];
  if (edit === 'delete' || edit === 'directory' || edit === 'pipe' || edit === 'loop') {
    await rm(path);
    if (edit === 'directory') await mkdir(path);
    // Windows has no pipes in folders.
    if (edit === 'pipe' && process.platform !== 'win32') execFileSync('mkfifo', [path]);
    if (edit === 'loop') await symlink(basename(path), path);
    return false;
  }
  const after = edit === 'empty' ? Buffer.alloc(0) : applyEdits(before, edits);
  await writeFile(path, after);
  return after.equals(before);
}
