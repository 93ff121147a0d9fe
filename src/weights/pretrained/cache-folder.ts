import { importBuiltin } from '../../internal/environment';
import { type DownloadOptions, download, reasonOf, type Sink } from './download';
import type { Published } from './published';
import { verifier } from './verify';

type Fs = typeof import('node:fs/promises');
type Path = typeof import('node:path');
type Os = typeof import('node:os');

/** A part of a file: whose it is, on which computer, by which process. */
const PART = /\.([0-9a-z]+)-(\d+)-[0-9a-z]+\.part$/;
const STALE_MS = 60 * 60 * 1000;

/** Where weights are kept unless the caller says: `TFJS_MULTITASK_CACHE`, else the user's folder for such files. */
async function defaultFolder(): Promise<string> {
  const { join } = await importBuiltin<Path>('node:path');
  const { homedir } = await importBuiltin<Os>('node:os');
  const { TFJS_MULTITASK_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (TFJS_MULTITASK_CACHE) return TFJS_MULTITASK_CACHE;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'tfjs-multitask', 'weights');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'tfjs-multitask', 'weights');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'tfjs-multitask', 'weights');
}

/** A name of this computer without anything that a file's name cannot have. */
async function thisHost(): Promise<string> {
  const { hostname } = await importBuiltin<Os>('node:os');
  return (
    hostname()
      .toLowerCase()
      .replace(/[^0-9a-z]/g, '') || 'host'
  );
}

function isRunning(pid: number): boolean {
  if (pid === 0) return false; // given away
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What is wrong with a file; undefined where nothing is. */
async function faultOf(fs: Fs, path: string, { checksum }: Published): Promise<string | undefined> {
  const verify = verifier(checksum);
  const handle = await fs.open(path, 'r');
  try {
    const part = new Uint8Array(2 ** 22);
    for (;;) {
      const { bytesRead } = await handle.read(part, 0, part.length);
      if (bytesRead === 0) return verify.fault();
      verify.update(part.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Takes over what a process that is gone has fetched. A rename is for one: two processes never write to one part. */
async function claimPart(fs: Fs, folder: string, file: string, own: string): Promise<void> {
  const { join } = await importBuiltin<Path>('node:path');
  const host = await thisHost();
  for (const name of await fs.readdir(folder)) {
    const match = name.startsWith(`${file}.`) ? PART.exec(name.slice(file.length)) : null;
    if (match === null) continue;
    const path = join(folder, name);
    const { mtimeMs } = await fs.stat(path).catch(() => ({ mtimeMs: Date.now() })); // another process was faster
    const isLeft = match[1] === host ? !isRunning(Number(match[2])) : Date.now() - mtimeMs > STALE_MS;
    if (!isLeft) continue;
    const taken = await fs.rename(path, own).then(
      () => true,
      () => false,
    );
    if (taken) return;
  }
}

async function fileSink(fs: Fs, path: string): Promise<Sink> {
  return {
    size: () =>
      fs.stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    clear: () => fs.writeFile(path, ''),
    write: (part) => fs.appendFile(path, part),
  };
}

/** Flushes a file to the disk, so that it is whole under its name after a power cut. */
async function flush(fs: Fs, path: string): Promise<void> {
  const handle = await fs.open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface CacheOptions extends DownloadOptions {
  readonly folder: string | undefined;
}

/** Returns the path of a published file, which it fetches where it is not there; what is there is verified. */
export async function inFolder(
  name: string,
  published: Published,
  url: string,
  { folder: given, ...options }: CacheOptions,
): Promise<string> {
  const fs = await importBuiltin<Fs>('node:fs/promises');
  const { join } = await importBuiltin<Path>('node:path');
  const folder = given ?? (await defaultFolder());
  const file = published.url.slice(published.url.lastIndexOf('/') + 1);
  const path = join(folder, file);
  const isThere = await fs.stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (isThere) {
    const fault = await faultOf(fs, path, published);
    if (fault === undefined) return path;
    throw new Error(
      `pretrained: ${path} is not the published file of ${name}: ${fault}; remove it, and it is fetched again.`,
    );
  }
  await fs.mkdir(folder, { recursive: true });
  const own = `${path}.${await thisHost()}-${process.pid}-${Math.random().toString(36).slice(2, 10)}.part`;
  await claimPart(fs, folder, file, own);
  const sink = await fileSink(fs, own);
  try {
    await download(url, sink, options);
    // What was there from before may be of another version of the file: then all of it is fetched once more.
    if ((await faultOf(fs, own, published)) !== undefined) {
      await sink.clear();
      await download(url, sink, options);
    }
  } catch (error) {
    if ((await sink.size()) === 0) await fs.rm(own, { force: true });
    else await release(fs, own);
    const sum = published.checksum && ` (${published.checksum.algorithm} ${published.checksum.digits})`;
    throw new Error(
      `pretrained: ${name} could not be fetched from ${url}: ${reasonOf(error)}. Call again to go on, or put the file` +
        `${sum ?? ''} at ${path}.`,
      { cause: error },
    );
  }
  const fault = await faultOf(fs, own, published);
  if (fault !== undefined) {
    await fs.rm(own, { force: true });
    throw new Error(`pretrained: what ${url} returned is not ${name}: ${fault}. Nothing of it was kept.`);
  }
  await flush(fs, own);
  await fs.rename(own, path);
  return path;
}

/** Gives a part away to whoever goes on: under the number of no process. */
async function release(fs: Fs, own: string): Promise<void> {
  await fs.rename(own, own.replace(/-\d+-([0-9a-z]+\.part)$/, '-0-$1')).catch(() => undefined);
}
