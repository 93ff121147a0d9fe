import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArchive, readArchiveOutline, writeArchive } from '../../src/node/archive';
import type { PlainData } from '../../src/types';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();

async function roundTrip(data: PlainData): Promise<PlainData> {
  await writeArchive(path('state.tfmt'), data);
  return readArchive(path('state.tfmt'));
}

const plainData = fc.letrec<{ data: PlainData }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.float32Array(),
    fc.float64Array(),
    fc.int32Array(),
    fc.uint8Array(),
    fc.uint16Array(),
    fc.array(tie('data')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '__proto__')), tie('data'), {
      noNullPrototype: true,
    }),
  ),
})).data;

describe('An archive', () => {
  it('gives back any plain data as it was', async () => {
    await fc.assert(
      fc.asyncProperty(plainData, async (data) => {
        expect(await roundTrip(data)).toStrictEqual(data);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('keeps NaN, infinities, -0 and the extremes of numbers, in arrays and out of them', async () => {
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE, 0.1];
    const { list, doubles, floats } = (await roundTrip({
      list: numbers,
      doubles: Float64Array.from(numbers),
      floats: Float32Array.from(numbers),
    })) as { list: number[]; doubles: Float64Array; floats: Float32Array };
    numbers.forEach((value, i) => {
      expect(list[i]).toBe(value);
      expect(doubles[i]).toBe(value);
      expect(floats[i]).toBe(Math.fround(value));
    });
  });

  it('takes views into larger buffers, and gives arrays that stand alone', async () => {
    const buffer = Float32Array.from({ length: 100 }, (_, i) => i).buffer;
    const read = (await roundTrip([new Float32Array(buffer, 12, 5), Buffer.from('abc')])) as [Float32Array, Uint8Array];
    expect(read[0]).toStrictEqual(Float32Array.of(3, 4, 5, 6, 7));
    expect(read[0].buffer.byteLength).toBe(20);
    expect(read[1]).toStrictEqual(Uint8Array.of(97, 98, 99));
  });

  it('keeps objects that look like its own marks', async () => {
    const data = { $: 0, deep: { $: { $: 'NaN' } }, array: new Float32Array(1), list: [{ $: Float32Array.of(2) }] };
    expect(await roundTrip(data)).toStrictEqual(data);
  });

  it('is the same file for the same data', async () => {
    const data = { a: [1, Float32Array.of(1, 2)], b: 'x' };
    await writeArchive(path('a'), data);
    await writeArchive(path('b'), structuredClone(data));
    expect(await readFile(path('a'))).toEqual(await readFile(path('b')));
  });

  it('refuses what is not plain data, names it, and keeps the file that was there', async () => {
    await writeArchive(path('state.tfmt'), 'before');
    const cases: [unknown, string][] = [
      [{ a: [1, new Map()] }, 'got [object Map] at data.a[1].'],
      [{ a: undefined }, 'got undefined at data.a.'],
      [[() => 1], 'got function at data[0].'],
      [{ b: 1n }, 'got bigint at data.b.'],
      [new Int8Array(1), 'got [object Int8Array] at data.'],
      // biome-ignore lint/suspicious/noSparseArray: a hole is the case
      [[1, , 2], 'got undefined at data[1].'],
    ];
    for (const [data, message] of cases) {
      await expect(writeArchive(path('state.tfmt'), data as PlainData)).rejects.toThrow(TypeError);
      await expect(writeArchive(path('state.tfmt'), data as PlainData)).rejects.toThrow(message);
    }
    expect(await readArchive(path('state.tfmt'))).toBe('before');
    expect(await readdir(path())).toEqual(['state.tfmt']);
  });
});

describe('The outline of an archive', () => {
  it('is its data with empty arrays, and no byte of them is looked at', async () => {
    await writeArchive(path('state.tfmt'), { id: 'run', $: -0, weights: [Float32Array.of(1, 2), new Uint8Array(0)] });
    const bytes = await readFile(path('state.tfmt'));
    bytes[bytes.indexOf(Buffer.from(Float32Array.of(1, 2).buffer))] ^= 1;
    await writeFile(path('state.tfmt'), bytes);
    await expect(readArchive(path('state.tfmt'))).rejects.toThrow('its checksum differs from its content.');
    expect(await readArchiveOutline(path('state.tfmt'))).toStrictEqual({
      id: 'run',
      $: -0,
      weights: [new Float32Array(0), new Uint8Array(0)],
    });
  });

  it('is refused when the archive was cut off at any byte', async () => {
    await writeArchive(path('state.tfmt'), { id: 'run', weights: Float32Array.of(1, 2, 3) });
    const whole = await readFile(path('state.tfmt'));
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path('cut.tfmt'), whole.subarray(0, length));
      await expect(readArchiveOutline(path('cut.tfmt'))).rejects.toThrow('expected a whole archive: ');
    }
  });
});

describe('A damaged archive is refused', () => {
  const data = { epoch: 3, weights: [Float32Array.of(1, 2, 3), new Uint8Array(5)], name: 'run' };

  it('when it was cut off at any byte', async () => {
    await writeArchive(path('state.tfmt'), data);
    const whole = await readFile(path('state.tfmt'));
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path('cut.tfmt'), whole.subarray(0, length));
      await expect(readArchive(path('cut.tfmt'))).rejects.toThrow(`${path('cut.tfmt')}: expected a whole archive: `);
    }
  });

  it('when any bit was changed', async () => {
    await writeArchive(path('state.tfmt'), data);
    const whole = await readFile(path('state.tfmt'));
    for (let bit = 0; bit < whole.length * 8; bit += 3) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] ^= 1 << (bit & 7);
      await writeFile(path('changed.tfmt'), changed);
      await expect(readArchive(path('changed.tfmt'))).rejects.toThrow('expected a whole archive: ');
    }
  });

  it('when something was added', async () => {
    await writeArchive(path('state.tfmt'), data);
    await writeFile(path('state.tfmt'), Buffer.concat([await readFile(path('state.tfmt')), Buffer.alloc(8)]));
    await expect(readArchive(path('state.tfmt'))).rejects.toThrow('its header promises');
  });

  it('and says what is wrong', async () => {
    await expect(readArchive(path('none.tfmt'))).rejects.toThrow(`${path('none.tfmt')}: expected an archive: ENOENT`);
    await writeFile(path('text.tfmt'), 'this is no archive, but a text');
    await expect(readArchive(path('text.tfmt'))).rejects.toThrow('expected a whole archive: it is no archive.');
    await writeArchive(path('state.tfmt'), data);
    const other = await readFile(path('state.tfmt'));
    other[8] = 2;
    await writeFile(path('state.tfmt'), other);
    await expect(readArchive(path('state.tfmt'))).rejects.toThrow('its format is version 2, this library reads 1.');
  });
});

/** An archive that is whole, with any header: what a stranger can write, by the format in `src/node/archive.ts`. */
function craft(header: string, arrays = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(header);
  const prefix = Buffer.from([0x89, 0x54, 0x46, 0x4d, 0x54, 0x0d, 0x0a, 0x1a, 1, 0, 0, 0, 0, 0, 0, 0]);
  prefix.writeUInt32LE(text.length, 12);
  const content = Buffer.concat([prefix, text, Buffer.alloc((8 - (text.length % 8)) % 8), arrays]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

describe('A whole archive from a stranger', () => {
  const eight = Buffer.alloc(8);
  const deep = (depth: number) => `{"data":${'['.repeat(depth)}${']'.repeat(depth)},"arrays":[]}`;

  it('is read where it holds what this library would have written', async () => {
    await writeFile(path('a'), craft('{"data":{"$":{"$":[{"$":0},{"$":"-0"}]}},"arrays":[["Float64Array",1]]}', eight));
    expect(await readArchive(path('a'))).toStrictEqual({ $: [Float64Array.of(0), -0] });
    await writeFile(path('a'), craft(deep(900)));
    await readArchive(path('a'));
  });

  it.each<[string, Buffer, string]>([
    ['no header', craft('null'), 'its header: expected an object, found null'],
    ['no arrays', craft('{"data":1}'), 'its header.arrays: expected an array, found nothing'],
    [
      'inherited data',
      craft('{"__proto__":{"data":1,"arrays":[]}}'),
      "its header: expected no key '__proto__', which every object has.",
    ],
    [
      'a length in words',
      craft('{"data":{"$":0},"arrays":[["Uint8Array","8"]]}', eight),
      "[1]: expected a number, found '8'",
    ],
    [
      'a negative length',
      craft('{"data":{"$":0},"arrays":[["Uint8Array",-8]]}'),
      'expected an integer of at least 0, found -8',
    ],
    [
      'an endless length',
      craft('{"data":{"$":0},"arrays":[["Uint8Array",9e15]]}'),
      'its header promises 9000000000000',
    ],
    [
      'a function of every object as type',
      craft('{"data":{"$":0},"arrays":[["toString",1]]}', eight),
      "found 'toString'",
    ],
    [
      'an array that is not there',
      craft('{"data":{"$":1},"arrays":[["Uint8Array",8]]}', eight),
      'where a mark stands for array 0',
    ],
    [
      'an array twice',
      craft('{"data":[{"$":0},{"$":0}],"arrays":[["Uint8Array",8]]}', eight),
      'where a mark stands for array 1',
    ],
    [
      'an array that nothing uses',
      craft('{"data":1,"arrays":[["Uint8Array",8]]}', eight),
      'its data has 0 of its 1 arrays',
    ],
    ['a number in words', craft('{"data":{"$":"ten"},"arrays":[]}'), 'its data has {"$":"ten"}'],
    ['a mark beside other keys', craft('{"data":{"$":"NaN","a":1},"arrays":[]}'), 'its data has {"$":"NaN","a":1}'],
    ['an empty mark', craft('{"data":{"$":null},"arrays":[]}'), 'its data has {"$":null}'],
    ['more levels than can be read', craft(deep(100_000)), 'its data has more than 1000 levels'],
  ])('with %s is refused', async (_, bytes, message) => {
    await writeFile(path('a'), bytes);
    const refused = readArchive(path('a'));
    await expect(refused).rejects.toThrow(`${path('a')}: expected a whole archive: `);
    await expect(refused).rejects.toThrow(message);
  });
});

describe('What is no file', () => {
  it('is refused at once', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    await mkdir(path('directory'));
    for (const [name, kind] of [
      [path('pipe'), 'a pipe'],
      [path('directory'), 'a directory'],
      ['/dev/zero', 'a device'],
    ]) {
      await expect(readArchive(name)).rejects.toThrow(`${name}: expected an archive: it is ${kind}.`);
    }
  });

  it('nor is data with more levels than can be read', async () => {
    let data: PlainData = 1;
    for (let i = 0; i < 2000; i++) data = [data];
    await expect(writeArchive(path('a'), data)).rejects.toThrow(
      'writeArchive: expected at most 1000 levels, got more at data[0][0]',
    );
    expect(await readdir(path())).toEqual([]);
  });
});
