import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { ImageRow } from './list-images';
import { maskFolder, type PredictOptions } from './options';
import { identityOf, isInside, realTarget } from './real-path';

/** Where predictions go: never over what is read, and nowhere but beside and below `--out`. */
export interface OutputFiles {
  /** The folder of the masks. */
  readonly masks: string;
  /** Throws where a prediction would replace what this row names, or be written among it. */
  check(row: ImageRow): Promise<void>;
  /** Where the mask of an image goes, and what the CSV file says of that. */
  maskOf(image: string): Promise<{ readonly file: string; readonly shown: string }>;
}

/**
 * Looks where predictions go, and makes nothing yet.
 *
 * @throws Error where `out` is a file that is no CSV file, or the manifest of the images.
 */
export async function openOutputs({ data, out }: Pick<PredictOptions, 'data' | 'out'>): Promise<OutputFiles> {
  const there = await identityOf(out);
  if (there !== undefined && !/\.csv$/i.test(out)) {
    throw new Error(`--out: ${out} is there and is no .csv file; it is not replaced. Name another.`);
  }
  const refuseInput = async (path: string, what: string): Promise<void> => {
    if (there === undefined || there !== (await identityOf(path))) return;
    throw new Error(`--out: ${out} is ${what}; it is not replaced. Name another.`);
  };
  await refuseInput(join(data, 'manifest.csv'), 'the manifest of the images');
  const masks = maskFolder(out);
  const real = await realTarget(masks);

  return {
    masks,
    async check({ image, mask }) {
      for (const path of mask === undefined ? [image] : [image, mask]) {
        const input = resolve(data, path);
        await refuseInput(input, `${path}, which is read`);
        if (isInside(real, await realpath(input).catch(() => input))) {
          throw new Error(`${path}: lies in ${masks}, where predicted masks go. Name another --out.`);
        }
      }
    },
    async maskOf(image) {
      // The whole name and one more ending: a.jpg and a.png may lie in one folder.
      const name = `${relative(resolve(data), resolve(data, image))}.png`;
      const file = join(real, name);
      if (!isInside(real, file)) throw new Error(`${image}: expected an image below ${data}.`);
      await mkdir(dirname(file), { recursive: true });
      if (!isInside(real, await realpath(dirname(file)))) {
        throw new Error(`${dirname(file)}: leads out of ${masks} by a symbolic link. Name another --out.`);
      }
      return { file, shown: [basename(masks), ...name.split(sep)].join('/') };
    },
  };
}
