import { type DownloadOptions, download, reasonOf, type Sink } from './download';
import type { Published } from './published';
import { verifier } from './verify';

const CACHE = 'tfjs-multitask-weights';

function memorySink(): Sink & { content(): Blob } {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    size: async () => parts.reduce((sum, { length }) => sum + length, 0),
    clear: async () => {
      parts = [];
    },
    write: async (part) => {
      parts.push(part.slice());
    },
    content: () => new Blob(parts),
  };
}

async function faultOf(content: Blob, { checksum }: Published): Promise<string | undefined> {
  const verify = verifier(checksum);
  const step = 2 ** 24;
  for (let at = 0; at < content.size; at += step) {
    verify.update(new Uint8Array(await content.slice(at, at + step).arrayBuffer()));
  }
  return verify.fault();
}

/** Returns the content of a published file, from the page's cache where that has it, and puts it there. */
export async function inStorage(
  name: string,
  published: Published,
  url: string,
  options: DownloadOptions,
): Promise<Blob> {
  const cache = typeof caches === 'undefined' ? undefined : await caches.open(CACHE).catch(() => undefined);
  const kept = await cache?.match(published.url);
  if (kept !== undefined) {
    const content = await kept.blob();
    if ((await faultOf(content, published)) === undefined) return content;
    await cache?.delete(published.url);
  }
  const sink = memorySink();
  try {
    await download(url, sink, options);
  } catch (error) {
    throw new Error(`pretrained: ${name} could not be fetched from ${url}: ${reasonOf(error)}.`, { cause: error });
  }
  const content = sink.content();
  const fault = await faultOf(content, published);
  if (fault !== undefined) throw new Error(`pretrained: what ${url} returned is not ${name}: ${fault}.`);
  // A full disk is no reason to fail: the weights are here.
  await cache?.put(published.url, new Response(content)).catch(() => undefined);
  return content;
}
