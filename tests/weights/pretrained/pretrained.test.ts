import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inFolder } from '../../../src/weights/pretrained/cache-folder';
import { pretrained } from '../../../src/weights/pretrained/pretrained';
import type { Published } from '../../../src/weights/pretrained/published';

const content = randomBytes(300_000);
const published: Published = {
  url: 'https://example.org/weights/tiny.h5',
  checksum: { algorithm: 'md5', digits: createHash('md5').update(content).digest('hex') },
  from: 'name',
  ignore: [],
};

type Reply = (request: IncomingMessage, response: ServerResponse, count: number) => void;

let folder: string;
let server: Server;
let base: string;
let requests: IncomingMessage[];
let reply: Reply;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pretrained-'));
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    reply(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** Answers with the content from where it is asked for. */
const serve: Reply = ({ headers }, response) => {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  const rest = content.subarray(from);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(from > 0 && { 'content-range': range }),
  });
  response.end(rest);
};

/** Sends the beginning and cuts the connection. */
const cutAt =
  (length: number): Reply =>
  (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, length), () => setTimeout(() => response.destroy(), 100));
  };

const fetchTiny = (options: Partial<Parameters<typeof inFolder>[3]> = {}) =>
  inFolder('tiny', published, `${base}/tiny.h5`, { folder, ...options });

describe('inFolder', () => {
  it('fetches a file once, verified and under its own name, and says how far it is', async () => {
    reply = serve;
    const progress: number[] = [];
    const path = await fetchTiny({ onProgress: ({ loaded, total }) => progress.push(loaded / (total ?? 0)) });
    expect(path).toBe(join(folder, 'tiny.h5'));
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['tiny.h5']);
    expect(progress.at(-1)).toBe(1);
    await fetchTiny();
    expect(requests).toHaveLength(1);
  });

  it('goes on where the connection was cut, in one call', async () => {
    reply = (request, response, count) => (count === 1 ? cutAt(100_000) : serve)(request, response, count);
    await fetchTiny();
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9]\d+-$/),
    ]);
  });

  it('keeps what came before it failed, and the next call goes on', async () => {
    reply = (request, response, count) =>
      count === 1 ? cutAt(100_000)(request, response, count) : response.writeHead(503).end();
    await expect(fetchTiny()).rejects.toThrow(
      `pretrained: tiny could not be fetched from ${base}/tiny.h5: the server returned 503. Call again to go on, or put ` +
        `the file (md5 ${published.checksum?.digits}) at ${join(folder, 'tiny.h5')}.`,
    );
    expect(readdirSync(folder)).toHaveLength(1);
    reply = serve;
    await fetchTiny();
    expect(requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(readdirSync(folder)).toEqual(['tiny.h5']);
  });

  it('begins again where the server cannot go on, and where what was there is of another version', async () => {
    const whole: Reply = (_, response) => response.end(content);
    for (const then of [whole, serve]) {
      writeFileSync(
        join(
          folder,
          `tiny.h5.${hostname()
            .toLowerCase()
            .replace(/[^0-9a-z]/g, '')}-0-abc.part`,
        ),
        randomBytes(50_000),
      );
      reply = then;
      expect(readFileSync(await fetchTiny()).equals(content)).toBe(true);
      rmSync(join(folder, 'tiny.h5'));
    }
  });

  it('takes over the part of a process that is gone, and leaves that of one that runs', async () => {
    const host = hostname()
      .toLowerCase()
      .replace(/[^0-9a-z]/g, '');
    const gone = spawn(process.execPath, ['-e', '0']);
    await new Promise((resolve) => gone.on('exit', resolve));
    writeFileSync(join(folder, `tiny.h5.${host}-${gone.pid}-abc.part`), content.subarray(0, 1000));
    writeFileSync(join(folder, `tiny.h5.${host}-${process.pid}-abc.part`), content.subarray(0, 2000));
    reply = serve;
    await fetchTiny();
    expect(requests[0].headers.range).toBe('bytes=1000-');
    expect(readdirSync(folder).sort()).toEqual(['tiny.h5', `tiny.h5.${host}-${process.pid}-abc.part`]);
  });

  it('serves several calls at once', async () => {
    reply = serve;
    const paths = await Promise.all([fetchTiny(), fetchTiny(), fetchTiny()]);
    expect(new Set(paths).size).toBe(1);
    expect(readFileSync(paths[0]).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['tiny.h5']);
  });

  it('refuses a file of another checksum, and keeps nothing of it', async () => {
    reply = (_, response) => response.end(randomBytes(1000));
    await expect(fetchTiny()).rejects.toThrow(
      /is not tiny: expected the md5 \w{32}, found \w{32}. Nothing of it was kept./,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a file that was put there by hand and is another one', async () => {
    writeFileSync(join(folder, 'tiny.h5'), 'no');
    await expect(fetchTiny()).rejects.toThrow('remove it, and it is fetched again');
    writeFileSync(join(folder, 'tiny.h5'), content);
    await expect(fetchTiny()).resolves.toBe(join(folder, 'tiny.h5'));
    expect(requests).toHaveLength(0);
  });

  it('follows a redirection, and does not try again where there is no such file', async () => {
    reply = ({ url }, response, count) =>
      url === '/tiny.h5'
        ? response.writeHead(302, { location: '/other' }).end()
        : serve(requests[count - 1], response, count);
    await fetchTiny();
    rmSync(join(folder, 'tiny.h5'));
    requests = [];
    reply = (_, response) => response.writeHead(404).end();
    await expect(fetchTiny()).rejects.toThrow('the server returned 404');
    expect(requests).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops where it is told to', async () => {
    reply = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    };
    const controller = new AbortController();
    const { signal } = controller;
    await expect(fetchTiny({ signal, onProgress: () => controller.abort() })).rejects.toThrow('aborted');
  });
});

describe('pretrained', () => {
  it('names address and path where it cannot fetch', async () => {
    const options = { cache: folder, mirror: 'http://127.0.0.1:9' };
    const file = 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5';
    await expect(pretrained('vgg16-imagenet-keras', options)).rejects.toThrow(
      `(md5 6d6bbae143d832006294945121d1f1fc) at ${join(folder, file)}.`,
    );
  });

  it('refuses what is not the published file', async () => {
    reply = serve;
    await expect(pretrained('resnet50-imagenet-torch', { cache: folder, mirror: base })).rejects.toThrow(
      'expected the sha256 0676ba61, found',
    );
    expect(requests[0].url).toBe('/resnet50-0676ba61.pth');
  });

  it('returns where the file is and how its tensors are called', async () => {
    reply = serve;
    const weights = await pretrained('mobilenetv2-imagenet-keras', { cache: folder, mirror: `${base}/` });
    expect(readFileSync(weights.file as string).equals(content)).toBe(true);
    expect(weights).toMatchObject({ name: 'mobilenetv2-imagenet-keras', from: 'name', ignore: [] });
  });

  it('refuses an unknown name with the nearest one', async () => {
    await expect(pretrained('resnet50-imagnet-keras' as never)).rejects.toThrow(
      "Did you mean 'resnet50-imagenet-keras'?",
    );
    await expect(pretrained('vgg16-imagenet-keras', { folder } as never)).rejects.toThrow("unknown option 'folder'");
  });
});
