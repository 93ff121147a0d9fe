import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { isImageName } from '../../node/image-name';
import { readTable } from '../../node/manifest/read-table';

/** An image that is to be predicted. */
export interface ImageFile {
  /** Its path below the folder that all images lie in, with `/` between folders: no two are alike. */
  readonly id: string;
  readonly path: string;
  /** The folder that `path` is relative to and must not lead out of, where a manifest names it. */
  readonly root?: string | undefined;
}

const withSlashes = (path: string): string => path.split(sep).join('/');

/** The image files below a folder, in the order of their names; what is hidden is left out. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (isImageName(entry.name)) files.push(path);
  }
  return files;
}

/** The images that a CSV file names in its column `image`, by paths from its folder on. */
async function manifestImages(file: string): Promise<ImageFile[]> {
  const { columns, records, lines } = await readTable(file);
  if (!columns.includes('image')) {
    throw new Error(`${file}: expected a column 'image', found ${columns.map((name) => `'${name}'`).join(', ')}.`);
  }
  const root = dirname(file);
  return records.map(({ image }, i) => {
    const path = normalize(image);
    if (image === '' || isAbsolute(path) || path.split(sep)[0] === '..') {
      throw new Error(`${file}, line ${lines[i]}: expected the path of an image below ${root}, found '${image}'.`);
    }
    return { id: withSlashes(path), path, root };
  });
}

/** The deepest folder that all files lie in. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0]);
  for (const file of files)
    while (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder);
  return folder;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: Error) => {
    throw new Error(`${path}: expected images: ${error.message}.`, { cause: error });
  });
  return found.isDirectory();
}

/**
 * The images that a command line names: files, all below folders, or those of one CSV file.
 *
 * @throws {Error} where there is none, where one is named twice, and for a manifest beside other images.
 */
export async function listImages(places: readonly string[]): Promise<ImageFile[]> {
  const manifest = places.find((place) => /\.csv$/i.test(place));
  if (manifest !== undefined && places.length > 1) {
    throw new Error(`${manifest}: a manifest is given alone, found ${places.length - 1} more beside it.`);
  }
  if (manifest !== undefined) return checkImages(await manifestImages(manifest), manifest);
  const files: string[] = [];
  for (const place of places) {
    const path = resolve(place);
    files.push(...((await isFolder(path)) ? await filesBelow(path) : [path]));
  }
  const all = places.join(', ');
  if (files.length === 0) throw new Error(`${all}: expected image files (PNG, JPEG, TIFF), found none.`);
  const folder = places.length === 1 && files[0] !== resolve(places[0]) ? resolve(places[0]) : commonFolder(files);
  return checkImages(
    files.map((path) => ({ id: withSlashes(relative(folder, path)) || basename(path), path })),
    all,
  );
}

function checkImages(images: ImageFile[], from: string): ImageFile[] {
  if (images.length === 0) throw new Error(`${from}: expected images, found none.`);
  const ids = new Set<string>();
  for (const { id } of images) {
    if (ids.has(id)) throw new Error(`${from}: expected each image once, found ${id} twice.`);
    ids.add(id);
  }
  return images;
}
