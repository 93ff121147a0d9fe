import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PUBLIC_INDEX = 'https://pypi.org/simple';
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** A file of a package as an index lists it. */
export interface IndexedFile {
  readonly url: string;
  /** Null where the index names none. */
  readonly sha256: string | null;
}

/** What pip's configuration says under `[global]`; undefined where nothing does. */
async function configuredIndex(): Promise<string | undefined> {
  const { PIP_CONFIG_FILE, XDG_CONFIG_HOME } = process.env;
  const files = [
    PIP_CONFIG_FILE,
    join(XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'pip', 'pip.conf'),
    join(homedir(), '.pip', 'pip.conf'),
    '/etc/pip.conf',
  ];
  for (const file of files) {
    if (!file) continue;
    const text = await readFile(file, 'utf8').catch(() => '');
    const section = /^\[global\]([^[]*)/m.exec(text)?.[1] ?? '';
    const index = /^\s*index[-_]url\s*[=:]\s*(\S+)/m.exec(section)?.[1];
    if (index !== undefined) return index;
  }
  return undefined;
}

/** The package index that pip would ask: `PIP_INDEX_URL`, that of a `pip.conf`, or PyPI. */
export async function findIndex(): Promise<string> {
  return process.env.PIP_INDEX_URL || (await configuredIndex()) || PUBLIC_INDEX;
}

/** Fetches, or throws with the address and the reason. */
export async function fetchOk(url: string, headers: Record<string, string> = {}): Promise<Response> {
  try {
    const response = await fetch(url, { headers });
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
    return response;
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  }
}

/** Finds a file of a package by the index's simple API, in JSON (PEP 691) or, of an index without that, in HTML (PEP 503). */
export async function findFile(index: string, name: string, filename: string): Promise<IndexedFile> {
  const page = `${index.replace(/\/+$/, '')}/${name}/`;
  const response = await fetchOk(page, { accept: `${JSON_TYPE}, text/html;q=0.5` });
  const text = await response.text();
  const base = response.url || page;
  if (response.headers.get('content-type')?.startsWith(JSON_TYPE)) {
    const { files } = JSON.parse(text) as {
      files: { filename: string; url: string; hashes: { sha256?: string } }[];
    };
    const file = files.find((one) => one.filename === filename);
    if (file !== undefined) return { url: new URL(file.url, base).href, sha256: file.hashes.sha256 ?? null };
  } else {
    const links = [...text.matchAll(/href\s*=\s*["']([^"']+)["']/gi)].map(
      ([, link]) => new URL(link.replaceAll('&amp;', '&'), base),
    );
    const link = links.find(({ pathname }) => decodeURIComponent(pathname).endsWith(`/${filename}`));
    if (link !== undefined) {
      const sha256 = /sha256=([0-9a-f]{64})/.exec(link.hash)?.[1] ?? null;
      link.hash = '';
      return { url: link.href, sha256 };
    }
  }
  throw new Error(`${page}: expected the file ${filename}, which the index does not list.`);
}
