import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { textsOf } from '../scripts/abi-texts';
import type { WasmKernel } from '../src/abi/kernel';
import { ARGUMENT_COUNT, ARGUMENTS } from '../src/abi/memory';
import { type Arguments, codes, type Fields, groups, kernels } from '../src/abi/table';
import { abi } from '../src/generated/abi';

const all: [string, Arguments][] = Object.values(kernels).flatMap((file) => Object.entries<Arguments>(file));
const writers = abi as unknown as Record<string, WasmKernel<Record<string, unknown>>>;

/** A kernel's arguments with those of its groups. */
function argumentsOf({ extends: group, ...own }: Arguments): [string, string | Fields][] {
  const before = group === undefined ? [] : argumentsOf((groups as Record<string, Arguments>)[group as string]);
  return [...before, ...Object.entries(own)];
}

/** A module with a function for each argument of each kernel, which reads it as that kernel does. */
async function compileProbes(memory: WebAssembly.Memory): Promise<Record<string, (i: number) => number>> {
  const probes = all.flatMap(([kernel, own]) => {
    const name = `${kernel[0].toUpperCase()}${kernel.slice(1)}Arguments`;
    const probe = (id: string, kind: string, read: string) => {
      const args = `changetype<abi.${name}>(${ARGUMENTS})`;
      if (kind === 'splat')
        return `export function ${id}(i: i32): f32 { return f32x4.extract_lane(${args}.${read}, 3); }`;
      return `export function ${id}(i: i32): ${kind === 'float' ? 'f32' : 'i32'} { return ${args}.${read}; }`;
    };
    return argumentsOf(own).flatMap(([argument, kind]) => {
      if (typeof kind === 'string') return [probe(`${kernel}_${argument}`, kind, argument)];
      const parts = Object.entries(kind);
      return [
        probe(`${kernel}_${argument}`, 'integer', `${argument}Length`),
        ...parts.map(([part, of]) => probe(`${kernel}_${argument}_${part}`, of, `${argument}(i).${part}`)),
      ];
    });
  });
  const source = `import * as abi from './generated/abi';\n${probes.join('\n')}`;
  const root = new URL('../src/assembly/', import.meta.url);
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    ['probes.ts', '--outFile', 'out.wasm', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
    {
      readFile: (name) =>
        name === 'probes.ts' ? source : readFile(fileURLToPath(new URL(name, root)), 'utf8').catch(() => null),
      writeFile: (_, contents) => {
        binary = contents as Uint8Array<ArrayBuffer>;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const { instance } = await WebAssembly.instantiate(binary!, { env: { memory, abort() {} } });
  return instance.exports as Record<string, (i: number) => number>;
}

describe('the calling convention', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const views = {
    ints: new Int32Array(memory.buffer, ARGUMENTS, ARGUMENT_COUNT),
    floats: new Float32Array(memory.buffer, ARGUMENTS, ARGUMENT_COUNT),
  };
  let read: Record<string, (i: number) => number>;
  beforeAll(async () => {
    read = await compileProbes(memory);
  });

  it('has every kernel of the table, each with a number of its own', () => {
    expect(Object.keys(abi)).toEqual(all.map(([name]) => name));
    expect(Object.values(abi).map(({ number }) => number)).toEqual(all.map((_, i) => i));
  });

  it.each(all)('gives %s each argument where it reads it', (kernel, own) => {
    const expected: [probe: string, i: number, value: number][] = [];
    let place = 0;
    /** Values for arguments, those of the group in an object of their own. */
    const valuesOf = ({ extends: group, ...fields }: Arguments): Record<string, unknown> => {
      const shared =
        group === undefined ? {} : { shared: valuesOf((groups as Record<string, Arguments>)[group as string]) };
      const values = Object.entries(fields).map(([argument, kind]) => {
        const id = `${kernel}_${argument}`;
        if (typeof kind === 'object') {
          const records = [0, 1, 2].map((i) => Object.keys(kind).map((_, p) => 1000 + 10 * i + p));
          expected.push([id, 0, 3]);
          records.forEach((record, i) => {
            Object.keys(kind).forEach((part, p) => {
              expected.push([`${id}_${part}`, i, record[p]]);
            });
          });
          return [argument, records];
        }
        const value = kind === 'flag' ? 1 : kind === 'float' || kind === 'splat' ? place + 0.25 : 100 + place;
        place++;
        expected.push([id, 0, value]);
        return [argument, kind === 'flag' ? true : value];
      });
      return { ...shared, ...Object.fromEntries(values) };
    };
    const args = valuesOf(own);
    views.ints.fill(-1);
    writers[kernel].write(views, args);
    expect(expected.map(([probe, i]) => [probe, i, read[probe](i)])).toEqual(expected);
  });

  it('refuses a binary that was built from another table', async () => {
    vi.resetModules();
    vi.doMock('../src/generated/abi', async (original) => ({ ...(await original<object>()), ABI_VERSION: -1 }));
    const { createRuntime } = await import('../src/runtime/runtime');
    await expect(createRuntime({ threads: 1 })).rejects.toThrow(
      'simd backend: its binary was built from another table of kernels. Run: npm run build:wasm',
    );
    vi.doUnmock('../src/generated/abi');
  });

  it('refuses more records than there is room for', () => {
    const axes = Array.from({ length: 83 }, () => [1, 1, 1]);
    expect(() => writers.binary.write(views, { axes })).toThrow(
      new RangeError('simd backend: binary takes 82 axes, got 83.'),
    );
  });
});

describe('a table', () => {
  const refused = (table: Partial<Parameters<typeof textsOf>[0]>) => () =>
    textsOf({ codes, groups: {}, kernels: {}, ...table });

  it.each([
    ['extends later, which is no group before it', { groups: { early: { extends: 'later' }, later: {} } }],
    ['extends other, which is no group before it', { kernels: { file: { other: {}, kernel: { extends: 'other' } } } }],
    ['has an argument x of the unknown kind adress', { kernels: { file: { kernel: { x: 'adress' } } } }],
    ['has arguments behind the records axes', { groups: { group: { axes: { size: 'integer' }, x: 'address' } } }],
    ['extends group, which ends in records', { groups: { group: { axes: {} }, heir: { extends: 'group' } } }],
    ['stands there twice', { kernels: { one: { kernel: {} }, two: { kernel: {} } } }],
    [
      'has more than 256 arguments',
      { groups: { many: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`a${i}`, 'integer'])) } },
    ],
  ] as const)('that contradicts itself is refused: one %s', (why, table) => {
    expect(refused(table as Parameters<typeof refused>[0])).toThrow(`${why}.`);
  });
});
