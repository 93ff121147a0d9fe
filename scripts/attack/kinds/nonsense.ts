import { disposeVariables, scalar, tensor } from '@tensorflow/tfjs-core';
import { useBackend } from 'tfjs-multitask/backends';
import { type Attack, Fault } from '../attack';
import { callExport } from '../files/call-export';
import { CALLS } from '../files/calls';
import { checkMessage } from '../messages';

interface Input {
  /** `subpath.name`. */
  readonly call: string;
  /** Which argument, or which of its options: at each level the entry of this number, modulo how many there are. */
  readonly path: readonly number[];
  /** What is put there, of `NONSENSE`; `missing`: all from there on. */
  readonly nonsense: string;
}

const NONSENSE: Record<string, () => unknown> = {
  null: () => null,
  undefined: () => undefined,
  NaN: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  'minus one': () => -1,
  'a half': () => 0.5,
  'empty text': () => '',
  text: () => 'banana',
  'a number as text': () => '1',
  true: () => true,
  'empty array': () => [],
  'array of null': () => [null],
  'array of text': () => ['x'],
  'array of NaN': () => [Number.NaN],
  'ragged array': () => [[1, 2], [3]],
  object: () => ({}),
  'object of unknown': () => ({ banana: 1 }),
  'array-like': () => ({ length: 3 }),
  function: () => () => undefined,
  date: () => new Date(0),
  'empty typed array': () => new Float32Array(0),
  'a tensor of text': () => tensor(['a']),
  'a disposed tensor': () => {
    const gone = scalar(1);
    gone.dispose();
    return gone;
  },
  'a promise': () => Promise.resolve(1),
};

/** How deep into arguments nonsense is put. */
const DEPTH = 4;

/** Whose arguments can be looked into: plain arrays and options, not what only has functions for us. */
function isBranch(value: unknown): value is Record<string, unknown> {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return !Object.values(value).some((member) => typeof member === 'function' && member.name !== '');
}

/** What is of another kind than our own arguments, and is meant to be taken; each with its reason. */
const TAKEN: readonly { readonly at: RegExp; readonly nonsense: RegExp; readonly why: string }[] = [
  { at: /zeroDivision$/, nonsense: /^NaN$/, why: 'it is the default' },
  { at: /^losses\.binaryFocal 0\.alpha$/, nonsense: /^null$/, why: 'it says that classes are not weighed' },
  {
    at: /^layers\.[A-Z]\w* 0\./,
    nonsense: /^null$/,
    why: "a layer's config has null from JSON for what was not given",
  },
  {
    at: /^data\.random [12]$/,
    nonsense: /text$|^infinity$|^minus one$|^a half$/,
    why: 'names of a stream are texts or numbers',
  },
  { at: /^metrics\.\w+ \d(\.\d+)+$/, nonsense: /^true$/, why: 'labels may be true and false' },
  { at: /^data\.(split|kFold) 0\.\d+$/, nonsense: /tensor$|^a tensor/, why: 'rows may be of any class' },
  { at: /^data\.(split|kFold) 0\.\d+\.(id|tasks)(\.|$)/, nonsense: /./, why: 'they look at groups and strata alone' },
  {
    at: /^data\.arrayDataset 0\.(y|weight)\./,
    nonsense: /^null$|^array of null$/,
    why: 'what is not known is null or undefined',
  },
  { at: /^data\.arrayDataset 0\.(y|weight)\./, nonsense: /^true$/, why: 'labels may be true and false' },
  {
    at: /^data\.arrayDataset 0\.(x|y|weight)/,
    nonsense: /NaN$/,
    why: 'ignoreValue says what NaN means; the trainer refuses it by the name of the sample',
  },
  { at: /^data\.oneHot 0\.\d$/, nonsense: /^null$/, why: 'a class that is not known is null or undefined' },
  { at: /^metrics\.distanceTransform 1\.spacing$/, nonsense: /^a half$/, why: 'one number is for all axes' },
  { at: /^metrics\.readValues 0\./, nonsense: /^NaN$/, why: 'it reads values, and does not judge them' },
  { at: /^node\.manifestDataset 1\.(group|stratum)$/, nonsense: /^function$/, why: 'a function names the group' },
  { at: /^node\.manifestDataset 1\.weight$/, nonsense: /^object$/, why: 'no task is weighed' },
  { at: /^train\.conflicts 0\.\d+\.losses\./, nonsense: /^NaN$/, why: 'a loss may have become NaN' },
  { at: /^data\.ignoreValue 1$/, nonsense: /^NaN$/, why: 'unknown elements may be NaN' },
  {
    at: /^export\.modelCard 1\.scores\.\w+\.\w+$/,
    nonsense: /^(minus one|a half)$/,
    why: 'a score is a number, or one with its interval',
  },
  { at: /^train\.taskWeights 1\./, nonsense: /^NaN$/, why: 'a loss may have become NaN' },
  { at: /^node\.writeJson 1/, nonsense: /./, why: 'it writes what JSON.stringify makes of any value' },
  {
    at: /^node\.writeArchive 1(\.|$)/,
    nonsense: /array|object|text|null|NaN|infinity|number|true|minus|half/,
    why: 'all is plain data',
  },
];

const isTensor = (value: unknown): boolean => typeof value === 'object' && value !== null && 'dataId' in value;

/** Numbers in any form are one kind, and NaN is none of them. */
function kindOf(value: unknown): string {
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : 'number';
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value) || ArrayBuffer.isView(value) || isTensor(value)) return 'values';
  if (Object.getPrototypeOf(value) === Object.prototype) return 'object';
  return value.constructor.name;
}

/** Puts nonsense into arguments. Returns whether it is of another kind than what was there. */
function spoil(
  args: unknown[],
  path: readonly number[],
  nonsense: unknown,
): { readonly at: string; readonly otherKind: boolean } {
  let parent: Record<string, unknown> = args as unknown as Record<string, unknown>;
  const keys: string[] = [];
  for (const number of path) {
    const names = Object.keys(parent);
    const key = names[number % names.length];
    keys.push(key);
    const here = parent[key];
    if (keys.length === path.length || !isBranch(here) || Object.keys(here).length === 0) {
      parent[key] = nonsense;
      return { at: keys.join('.'), otherKind: kindOf(here) !== kindOf(nonsense) && nonsense !== undefined };
    }
    const copy = (Array.isArray(here) ? [...here] : { ...here }) as unknown as Record<string, unknown>;
    parent[key] = copy;
    parent = copy;
  }
  return { at: keys.join('.'), otherKind: false };
}

/** Every place in arguments down to the fourth level; of an array the first and the last entry. */
function placesIn(branch: object, path: readonly number[] = []): number[][] {
  const members = Object.values(branch);
  return members.flatMap((member, number) => {
    if (path.length > 0 && Array.isArray(branch) && number > 0 && number < members.length - 1) return [];
    const place = [...path, number];
    return isBranch(member) && place.length < DEPTH ? [place, ...placesIn(member, place)] : [place];
  });
}

const NAMES = Object.entries(CALLS).flatMap(([subpath, calls]) =>
  Object.keys(calls).map((name) => `${subpath}.${name}`),
);

/** Exported functions with one argument or option that is nonsense: an error that helps, and no answer. */
export const nonsense: Attack<Input> = {
  kind: 'nonsense',
  share: 150,
  // A model without options has its full size.
  seconds: 60,
  draw({ integer }) {
    const names = Object.keys(NONSENSE);
    return {
      call: NAMES[integer(NAMES.length)],
      path: Array.from({ length: 1 + integer(DEPTH) }, () => integer(12)),
      nonsense: names[integer(names.length)],
    };
  },
  async every(folder) {
    await useBackend('cpu', { onNotice: () => undefined });
    return NAMES.flatMap((call) => {
      const [subpath, own] = call.split('.');
      const places = placesIn([...CALLS[subpath][own].args(folder)]);
      return places.flatMap((path) => Object.keys(NONSENSE).map((what) => ({ call, path, nonsense: what })));
    });
  },
  async run({ call: name, path, nonsense: what }, folder) {
    // A path of nonsense is one of the working directory.
    const before = process.cwd();
    process.chdir(folder);
    let spoilt = { at: '', otherKind: false };
    try {
      await callExport(name, folder, (args) => {
        if (args.length > 0) spoilt = spoil(args, path, NONSENSE[what]());
      });
    } catch (error) {
      checkMessage(error);
      return;
    } finally {
      process.chdir(before);
      disposeVariables();
    }
    const isTaken = TAKEN.some((one) => one.at.test(`${name} ${spoilt.at}`) && one.nonsense.test(what));
    if (spoilt.otherKind && !isTaken) throw new Fault('silent', `${name} takes ${what} at ${spoilt.at}`);
  },
};
