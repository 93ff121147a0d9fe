import type { Random } from 'tfjs-multitask/data';

/** One change of plain data: where, and what then stands there. */
export interface JsonEdit {
  /** From the root: at each level the entry of this number, modulo how many there are, until `depth` levels are done. */
  readonly path: readonly number[];
  readonly change: 'set' | 'drop' | 'repeat' | 'copy' | 'rename';
  /** Of `NONSENSE`; for `copy` the place of what is copied; for `rename` of `NAMES`. */
  readonly value: number;
}

/** Each a value, or what else stands for it where JSON has no such thing. */
const NONSENSE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  7,
  2 ** 31,
  2 ** 53,
  -(2 ** 31),
  1e308,
  '',
  'x',
  '0',
  '../..',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  [[[['x']]]],
  { length: 1e9 },
];

const NAMES = ['__proto__', 'constructor', 'x', '', 'length', 'toString'] as const;

export function drawJsonEdit({ integer }: Random): JsonEdit {
  const change = (['set', 'set', 'set', 'drop', 'repeat', 'copy', 'rename'] as const)[integer(7)];
  return { path: Array.from({ length: 1 + integer(9) }, () => integer(1000)), change, value: integer(1000) };
}

type Branch = Record<string, unknown> | unknown[];

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

interface Place {
  readonly parent: Branch;
  readonly key: string;
  /** The keys down to it. */
  readonly keys: readonly string[];
}

/** The place that a path leads to; undefined where there is nothing to change. */
function findPlace(root: unknown, path: readonly number[]): Place | undefined {
  let place: Place | undefined;
  let here = root;
  for (const number of path) {
    if (!isBranch(here)) break;
    const keys = Object.keys(here);
    if (keys.length === 0) break;
    const key = keys[number % keys.length];
    place = { parent: here, key, keys: [...(place?.keys ?? []), key] };
    here = (here as Record<string, unknown>)[key];
  }
  return place;
}

/** Own keys only: `__proto__` is a name like any other here. */
function put(parent: Branch, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Changes plain data in place. Returns the keys down to what changed, and whether that has another kind now. `grafts` are
 * further values to set, and entries to insert into arrays.
 */
export function editJson(
  root: unknown,
  edit: JsonEdit,
  grafts: readonly unknown[] = [],
): { readonly keys: readonly string[]; readonly otherKind: boolean } {
  const place = findPlace(root, edit.path);
  if (place === undefined) return { keys: [], otherKind: false };
  const { parent, key, keys } = place;
  const before = (parent as Record<string, unknown>)[key];
  const { change, value } = edit;
  if (change === 'set') {
    const values = [...NONSENSE, ...grafts];
    const now = structuredClone(values[value % values.length]);
    put(parent, key, now);
    return { keys, otherKind: kindOf(now) !== kindOf(before) };
  }
  if (change === 'drop') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  } else if (change === 'repeat') {
    const inserted = grafts.length > 0 && value % 2 === 0 ? structuredClone(grafts[value % grafts.length]) : before;
    if (Array.isArray(parent)) parent.splice(Number(key), 0, inserted);
    else put(parent, `${key} `, before);
  } else if (change === 'rename') {
    // An array's entries have no names.
    if (Array.isArray(parent)) return { keys, otherKind: false };
    delete parent[key];
    put(parent, NAMES[value % NAMES.length], before);
  } else {
    const other = findPlace(root, [value, ...edit.path.toReversed()]);
    if (other !== undefined) put(parent, key, structuredClone((other.parent as Record<string, unknown>)[other.key]));
  }
  return { keys, otherKind: false };
}

function kindOf(value: unknown): string {
  if (value === null || Array.isArray(value)) return String(value === null ? null : 'array');
  return ArrayBuffer.isView(value) ? value.constructor.name : typeof value;
}
