import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readArchive, writeArchive } from '../../src/node/archive';
import { writeDurably } from '../../src/node/write-durably';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const bytes = (text: string) => new TextEncoder().encode(text);

describe('writeDurably', () => {
  it('writes the chunks one after another and replaces what was there', async () => {
    await writeDurably(path('new', 'file'), [bytes('old')]);
    await writeDurably(path('new', 'file'), [bytes('a'), bytes(''), bytes('bc')]);
    expect(await readFile(path('new', 'file'), 'utf8')).toBe('abc');
    expect(await readdir(path('new'))).toEqual(['file']);
  });

  it('makes the folders above it, though many make them at once', async () => {
    const files = Array.from({ length: 20 }, (_, i) => path('a', 'b', 'c', String(i)));
    await Promise.all(files.map((file) => writeDurably(file, [bytes('x')])));
    expect(await readdir(path('a', 'b', 'c'))).toHaveLength(20);
    await expect(writeDurably(path('a', 'b', 'c', '1', 'd'), [bytes('x')])).rejects.toThrow('could not write 1 bytes');
  });

  // Where nothing can be made Linux says that the folder above is not there.
  it.runIf(process.platform === 'linux')('refuses a folder of /proc, and does not try for ever', async () => {
    await expect(writeDurably('/proc/new/file', [bytes('x')])).rejects.toThrow(
      '/proc/new/file: could not write 1 bytes: ENOENT',
    );
  });

  it('takes the longest names that the file system takes', async () => {
    const name = 'n'.repeat(255);
    await writeDurably(path(name), [bytes('a')]);
    expect(await readdir(path())).toEqual([name]);
  });

  it('leaves one whole content when many write at once', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(contents.map((content) => writeDurably(path('file'), [bytes(content)])));
    expect(contents).toContain(await readFile(path('file'), 'utf8'));
    expect(await readdir(path())).toEqual(['file']);
  });

  it('names the path and the bytes when it fails, and leaves nothing half-done', async () => {
    await mkdir(path('directory', 'full'), { recursive: true });
    await expect(writeDurably(path('directory'), [bytes('abc')])).rejects.toThrow(
      `${path('directory')}: could not write 3 bytes: `,
    );
    await writeFile(path('file'), '');
    await expect(writeDurably(path('file', 'below'), [bytes('abc')])).rejects.toThrow('could not write 3 bytes: ');
    expect((await readdir(path())).sort()).toEqual(['directory', 'file']);
  });

  it('leaves the checkpoint before when there is no room for the next', async () => {
    await writeArchive(path('checkpoint-000001.tfmt'), { n: 1 });
    const command = 'ulimit -f 256; exec "$@"';
    const child = [process.execPath, '--import', 'tsx', script('write-too-much.ts'), path()];
    const message = execFileSync('sh', ['-c', command, 'sh', ...child], { encoding: 'utf8' });
    // 400,000 bytes of weights, and what stands around them.
    expect(message).toMatch(/checkpoint-000002\.tfmt: could not write 400\d\d\d bytes: EFBIG: file too large/);
    expect(await readdir(path())).toEqual(['checkpoint-000001.tfmt']);
    expect(await readArchive(path('checkpoint-000001.tfmt'))).toEqual({ n: 1 });
  });

  it('leaves the old or the new content, whole, when it is killed', async () => {
    await writeArchive(path('state'), { n: -1, values: Float64Array.of(-1) });
    for (const delay of [0, 7, 19, 41]) {
      const child = spawn(process.execPath, ['--import', 'tsx', script('write-for-ever.ts'), path('state')]);
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await once(child, 'close');
      const { n, values } = (await readArchive(path('state'))) as { n: number; values: Float64Array };
      expect(n).toBeGreaterThanOrEqual(0);
      expect(values).toEqual(new Float64Array(100_000).fill(n));
    }
  });
});
