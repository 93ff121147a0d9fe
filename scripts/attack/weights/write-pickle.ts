import { listOf, textOf, unsigned } from './plain';

/** A step of a pickle's machine: the name of its opcode, and what follows that. */
export type Op = readonly [name: string, ...args: (string | number)[]];

type Write = (...args: unknown[]) => Buffer;

const text = (value: unknown): Buffer => Buffer.from(textOf(value));
const lines: Write = (...args) => Buffer.concat(args.map((arg) => Buffer.from(`${textOf(arg)}\n`)));
/** A number of so many bytes. */
const fixed =
  (bytes: number): Write =>
  (value) =>
    unsigned(value, bytes);
/** The length in so many bytes, and the text; a second argument is added to the length. */
const counted =
  (bytes: number): Write =>
  (value, longer = 0) => {
    const content = text(value);
    return Buffer.concat([unsigned(content.length + (typeof longer === 'number' ? longer : 0), bytes), content]);
  };
const nothing: Write = () => Buffer.alloc(0);

/** Opcodes by their names in Python's pickletools. */
const OPS: Readonly<Record<string, readonly [code: string, write: Write]>> = {
  PROTO: ['\x80', fixed(1)],
  STOP: ['.', nothing],
  MARK: ['(', nothing],
  POP: ['0', nothing],
  POP_MARK: ['1', nothing],
  DUP: ['2', nothing],
  INT: ['I', lines],
  BININT: ['J', fixed(4)],
  BININT1: ['K', fixed(1)],
  BININT2: ['M', fixed(2)],
  LONG1: ['\x8a', counted(1)],
  LONG4: ['\x8b', counted(4)],
  BINFLOAT: ['G', fixed(8)],
  NONE: ['N', nothing],
  NEWTRUE: ['\x88', nothing],
  UNICODE: ['V', lines],
  SHORT_BINUNICODE: ['\x8c', counted(1)],
  BINUNICODE: ['X', counted(4)],
  BINUNICODE8: ['\x8d', counted(8)],
  BINBYTES: ['B', counted(4)],
  BINBYTES8: ['\x8e', counted(8)],
  BYTEARRAY8: ['\x96', counted(8)],
  SHORT_BINSTRING: ['U', counted(1)],
  EMPTY_LIST: [']', nothing],
  LIST: ['l', nothing],
  APPEND: ['a', nothing],
  APPENDS: ['e', nothing],
  EMPTY_TUPLE: [')', nothing],
  TUPLE: ['t', nothing],
  TUPLE1: ['\x85', nothing],
  TUPLE2: ['\x86', nothing],
  TUPLE3: ['\x87', nothing],
  EMPTY_DICT: ['}', nothing],
  DICT: ['d', nothing],
  SETITEM: ['s', nothing],
  SETITEMS: ['u', nothing],
  EMPTY_SET: ['\x8f', nothing],
  ADDITEMS: ['\x90', nothing],
  FROZENSET: ['\x91', nothing],
  GLOBAL: ['c', lines],
  STACK_GLOBAL: ['\x93', nothing],
  REDUCE: ['R', nothing],
  BUILD: ['b', nothing],
  INST: ['i', lines],
  OBJ: ['o', nothing],
  NEWOBJ: ['\x81', nothing],
  NEWOBJ_EX: ['\x92', nothing],
  EXT1: ['\x82', fixed(1)],
  PERSID: ['P', lines],
  BINPERSID: ['Q', nothing],
  PUT: ['p', lines],
  BINPUT: ['q', fixed(1)],
  LONG_BINPUT: ['r', fixed(4)],
  MEMOIZE: ['\x94', nothing],
  GET: ['g', lines],
  BINGET: ['h', fixed(1)],
  LONG_BINGET: ['j', fixed(4)],
  FRAME: ['\x95', fixed(8)],
  NEXT_BUFFER: ['\x97', nothing],
};

/** A pickle of these steps; a step of no known name is what its text is in bytes. */
export function writePickle(ops: unknown): Buffer {
  return Buffer.concat(
    listOf(ops).flatMap((op) => {
      const [name, ...args] = Array.isArray(op) ? op : [op];
      if (typeof name !== 'string' || !Object.hasOwn(OPS, name)) return [text(name)];
      const [code, write] = OPS[name];
      return [Buffer.from(code, 'latin1'), write(...args)];
    }),
  );
}

/** Steps that a pickle of tensors does not have, or not there. */
export const OP_GRAFTS: readonly Op[] = [
  ...Object.keys(OPS).map((name): Op => [name, 1, 1]),
  ...Object.keys(OPS).map((name): Op => [name, 'x', 2 ** 31]),
  ['GLOBAL', 'os', 'system'],
  ['GLOBAL', 'builtins', 'eval'],
  ['GLOBAL', 'torch._utils', '_rebuild_tensor_v2'],
  ['GLOBAL', 'torch._utils', '_rebuild_parameter'],
  ['GLOBAL', 'torch', 'DoubleStorage'],
  ['GLOBAL', 'collections', 'OrderedDict'],
  ['GLOBAL', '__proto__', 'constructor'],
  ['INST', 'collections', 'OrderedDict'],
  ['BINUNICODE', '__proto__'],
  ['BINUNICODE', 'storage'],
  ['BINUNICODE8', 'x', 2 ** 40],
  ['BINBYTES8', 'x', 2 ** 31],
  ['BYTEARRAY8', 'x', 2 ** 50],
  ['LONG4', 'x'.repeat(3000)],
  ['LONG4', 'x', -2],
  ['FRAME', 2 ** 60],
  ['LONG_BINPUT', 2 ** 31],
  ['PUT', '999999999999'],
  ['GET', '-1'],
  ['BININT', 2 ** 31],
  ['BININT', 2 ** 24],
];
