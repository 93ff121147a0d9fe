import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { listZip, readZip } from '../../../src/weights/formats/zip';
import { openWeights } from '../../../src/weights/open-weights';
import { golden } from '../nets';

const all = (): boolean => true;

describe('readZip', () => {
  const text = strToU8('weights '.repeat(100));
  const files = {
    'a/stored': [text, { level: 0 }],
    'a/deflated': [text, { level: 9 }],
    empty: new Uint8Array(),
  } as const;

  it('reads what is stored and what is deflated', () => {
    const bytes = zipSync(files as never);
    expect([...listZip(bytes, 'x')]).toEqual(['a/stored', 'a/deflated', 'empty']);
    const found = readZip(bytes, 'x', all);
    expect(found.get('a/stored')).toEqual(text);
    expect(found.get('a/deflated')).toEqual(text);
    expect(found.get('empty')).toHaveLength(0);
  });

  it('refuses a changed byte of either by its checksum', () => {
    for (const level of [0, 9] as const) {
      const bytes = zipSync({ a: [text, { level }] });
      const at = 31 + (level === 0 ? 400 : 3);
      bytes[at] ^= 1;
      expect(() => readZip(bytes, 'x.keras', all)).toThrow(/^x\.keras: expected a whole zip archive: .+\.$/);
    }
    const bytes = zipSync({ a: [text, { level: 0 }] });
    bytes[400] ^= 1;
    expect(() => readZip(bytes, 'x.keras', all)).toThrow("x.keras: expected a whole zip archive: the checksum of 'a'");
  });

  it('refuses a method that it does not read, an encrypted entry, and sizes that are not those of the content', () => {
    const patched = (from: number, value: number): Uint8Array => {
      const bytes = zipSync({ a: [text, { level: 0 }] });
      const directory = bytes.length - 22 - 47;
      bytes[directory + from] = value;
      return bytes;
    };
    expect(() => readZip(patched(10, 12), 'x', all)).toThrow("'a' is packed by method 12");
    expect(() => readZip(patched(8, 1), 'x', all)).toThrow('it is encrypted');
    expect(() => readZip(patched(24, 7), 'x', all)).toThrow("'a' has 800 bytes in place of");
    expect(() => readZip(patched(42, 9), 'x', all)).toThrow("'a' is not where its directory says");
    expect(() => readZip(patched(0, 9), 'x', all)).toThrow('its directory is torn');
  });
});

describe.each(['small.keras', 'small.pth'])('%s', (name) => {
  it('with a flipped bit anywhere in its weights is refused', async () => {
    const bytes = new Uint8Array(readFileSync(golden(name)));
    for (const part of [0.3, 0.4, 0.5, 0.6, 0.7]) {
      const at = Math.floor(part * bytes.length);
      const damaged = bytes.slice();
      damaged[at] ^= 4;
      const read = async () => {
        const file = await openWeights(damaged);
        file.close();
      };
      // Padding between the entries of PyTorch's archives is no content.
      if (bytes[at] !== 0x5a || name !== 'small.pth')
        await expect(read(), `byte ${at}`).rejects.toThrow('the checksum of');
    }
  });
});
