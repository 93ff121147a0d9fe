import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../src/weights/open-weights';
import { golden, readGolden } from './nets';
import { withHeader, writeSafetensors } from './write-safetensors';

const torch = readGolden('torch.json');

/** Reads all of a file. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const file = await openWeights(bytes);
  try {
    for (const tensor of file.tensors) tensor.read();
  } finally {
    file.close();
  }
}

describe('openWeights', () => {
  it.each(['views.pth', 'views-legacy.pth'])('reads views of storages in %s as PyTorch has them', async (name) => {
    const { tensors } = await openWeights(golden(name));
    const found = Object.fromEntries(
      tensors.map((tensor) => [tensor.name, { shape: tensor.shape, values: [...tensor.read()] }]),
    );
    expect(found).toEqual(torch.views);
  });

  it.each([
    ['evil.pth', 'the file asks for posix.system'],
    ['evil-legacy.pth', 'the file asks for posix.system'],
    [
      'module.pth',
      'the file asks for torch.nn.modules.linear.Linear, and only tensors are read; save it in Python by torch.save(model.state_dict()',
    ],
  ])('refuses %s by what it asks for', async (name, reason) => {
    await expect(openWeights(golden(name))).rejects.toThrow(reason);
  });

  it.each([
    'small.keras',
    'small.h5',
    'small.weights.h5',
    'small.pth',
    'small-legacy.pth',
    'small.safetensors',
    'small.onnx',
  ])('refuses %s that is cut anywhere, and names it', async (name) => {
    const bytes = readFileSync(golden(name));
    const cuts = [0, 1, 4, 7, 8, 9, 15, 16, 40, 100, 512, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99].map((cut) =>
      cut < 1 && cut > 0 ? Math.floor(cut * bytes.length) : cut,
    );
    for (const cut of [...cuts, bytes.length - 30, bytes.length - 1]) {
      await expect(readAll(bytes.subarray(0, cut)), `cut at ${cut}`).rejects.toThrow(/^the bytes: /);
    }
  });

  it('refuses a file of another kind, an archive of another kind, and a folder', async () => {
    await expect(openWeights(strToU8('\x89PNG\r\n\x1a\n...'))).rejects.toThrow(
      'found a file that begins with c2 89 50 4e',
    );
    await expect(openWeights(zipSync({ 'a.txt': strToU8('a') }))).rejects.toThrow('found one of a.txt');
    await expect(openWeights(tmpdir())).rejects.toThrow('it is no regular file');
    await expect(openWeights('/nowhere/at/all.h5')).rejects.toThrow('/nowhere/at/all.h5: could not be read');
    await expect(openWeights(strToU8('{"a": 1}'))).rejects.toThrow('weightsManifest: expected an array');
  });

  it('refuses a pickle that calls nothing, and one that takes from an empty stack, in words of its own', async () => {
    const archive = (pickle: string) => zipSync({ 'm/data.pkl': Uint8Array.from(pickle, (c) => c.charCodeAt(0)) });
    for (const pickle of ['\x80\x02N)R.', '\x80\x02a.', '\x80\x02s.', '\x80\x02t.', '\x80\x02']) {
      await expect(openWeights(archive(pickle))).rejects.toThrow(
        /^the bytes: expected a state dict (of PyTorch: it is torn, or no pickle\.|, or a checkpoint|of PyTorch: )/,
      );
      await expect(openWeights(archive(pickle))).rejects.not.toThrow(/undefined|is not/);
    }
  });

  it('refuses an HDF5 file whose heap of texts has no end, over which HDF5 would walk for ever', async () => {
    const bytes = new Uint8Array(readFileSync(golden('small.weights.h5')));
    const heap = Buffer.from(bytes.buffer).indexOf('GCOL\x01\0\0\0');
    // The length of the heap's first object: number, references, 4 bytes of zeros, length.
    new DataView(bytes.buffer).setUint16(heap + 16, 0, true);
    new DataView(bytes.buffer).setBigUint64(heap + 24, 0n, true);
    await expect(openWeights(bytes)).rejects.toThrow('the bytes: expected a whole HDF5 file');
  });

  it('refuses an archive that would fill the memory', async () => {
    const zeros = new Uint8Array(80 * 1024 ** 2);
    const bomb = zipSync({ 'm/data.pkl': strToU8('x'), 'm/data/0': zeros }, { level: 9 });
    expect(bomb.length).toBeLessThan(200_000);
    await expect(openWeights(bomb)).rejects.toThrow('the file was made to fill the memory');
  });

  it('does not wait for a pipe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weights-'));
    try {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      await expect(openWeights(join(folder, 'pipe'))).rejects.toThrow('it is no regular file');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names what is an optimizer, and no weight', async () => {
    const file = await openWeights(golden('small.weights.h5'));
    expect(file.besides).toEqual(['optimizer']);
    expect(file.tensors).toHaveLength(18);
    file.close();
  });
});

describe('openWeights of safetensors', () => {
  const entry = (from: number, to: number, shape: readonly number[] = [(to - from) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [from, to],
  });

  it.each([
    [
      'tensors that overlap',
      { a: entry(0, 8), b: entry(4, 12) },
      'expected b at byte 8 behind the header, found it at 4',
    ],
    ['a gap', { a: entry(0, 4), b: entry(8, 12) }, 'expected b at byte 4 behind the header, found it at 8'],
    ['a tensor outside', { a: entry(0, 16) }, 'found'],
    ['a shape that does not fit', { a: entry(0, 12, [2]) }, 'expected 8 bytes for [2], found 12'],
    ['another type', { a: { ...entry(0, 12), dtype: 'F8_E4M3' } }, "expected 'BOOL' or"],
    ['a reserved name', { constructor: entry(0, 12) }, 'constructor'],
    ['no tensor', { a: 3 }, 'expected an object, found 3'],
    ['metadata that are a number', { __metadata__: 7 }, 'the bytes: __metadata__: expected an object, found 7'],
    ['a negative length', { a: entry(0, 12, [-3]) }, 'expected an integer of at least 0'],
    ['a length beyond all numbers', { a: entry(0, 12, [2 ** 53, 2 ** 53]) }, 'expected'],
  ])('refuses %s', async (_, header, reason) => {
    await expect(openWeights(withHeader(JSON.stringify(header), new Uint8Array(12)))).rejects.toThrow(reason);
  });

  it('refuses a header that is longer than the file, and one that is no JSON', async () => {
    const long = writeSafetensors({ a: [[1], [1]] });
    new DataView(long.buffer).setBigUint64(0, 5000n, true);
    await expect(openWeights(long)).rejects.toThrow('found one of 5000: the file is torn');
    await expect(openWeights(withHeader('{ "a": ', new Uint8Array(4)))).rejects.toThrow('expected a header of JSON');
  });

  it('tells the layout by what wrote the file', async () => {
    const [[torch], [tf], [unknown]] = await Promise.all(
      [{ format: 'pt' }, { format: 'tf' }, undefined].map(async (metadata) => {
        const { tensors } = await openWeights(writeSafetensors({ a: [[1], [1]] }, metadata as never));
        return tensors;
      }),
    );
    expect([torch.layout, tf.layout, unknown.layout]).toEqual(['torch', 'keras', undefined]);
  });
});
