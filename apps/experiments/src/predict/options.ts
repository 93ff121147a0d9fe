import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackendName } from 'tfjs-multitask/backends';
import { parseQueue } from '../queue/connect';
import { parseShard, type Shard } from '../shards/shard';

export interface PredictOptions {
  /** A saved model, or checkpoints of it. */
  readonly model: string;
  /** A folder of images, with or without a manifest. */
  readonly data: string;
  /** The CSV file that is written. */
  readonly out: string;
  /** Pixels above it are lesion. */
  readonly threshold: number;
  /** Averages over the image and its mirror image. */
  readonly flips: boolean;
  readonly batch: number;
  /** What becomes of an image that cannot be read: the end of the run, or a row that says why. */
  readonly onError: 'fail' | 'skip';
  readonly backend: BackendName | undefined;
  /** The part of the images that this command does; left out: all of them. */
  readonly shard?: Shard;
  /** The Redis server whose workers predict; left out: this command does. */
  readonly queue?: URL;
}

export const HELP = `Predicts class and lesions of every image in a folder.

  npm run predict -- --model DIR --data DIR --out FILE [options]

  --model DIR         a saved model, or a folder of checkpoints with the model in or beside it
  --data DIR          a folder with a manifest.csv (column image; mask and covid where known),
                      or without: then every .png, .jpg, .jpeg, .tif and .tiff below it
  --out FILE          the CSV file: the manifest's rows with probability and predicted_mask;
                      the masks go to a folder beside it, named after it
  --threshold X       pixels with a higher probability are lesion              (0.5)
  --flips             averages over each image and its mirror image
  --batch N           images in a batch                                        (8)
  --on-error POLICY   for an unreadable image: fail, or skip and list in the CSV's column error  (fail)
  --backend NAME      default: the fastest that works here
  --shard I/N         does the I-th of N equal parts of the images, as 2/4; the last one to finish
                      writes the CSV file, until then its parts lie in a folder beside it
  --queue URL         has the workers of a Redis server predict, as redis://host:6379, and shows how far
                      they are; see "npm run worker -- --help"
  --help

Nothing that is read is replaced. Where the manifest has labels, scores are printed at the end.
`;

function needed(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new RangeError(`--${name} is needed; see --help.`);
  return resolve(value);
}

function between(text: string, low: number, high: number, name: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high)) {
    throw new RangeError(`--${name} must be a number from ${low} to ${high}, got '${text}'.`);
  }
  return value;
}

/** Reads the command line; undefined where help was requested. */
export function parsePredictCommand(args: readonly string[]): PredictOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      data: { type: 'string' },
      out: { type: 'string' },
      threshold: { type: 'string', default: '0.5' },
      flips: { type: 'boolean', default: false },
      batch: { type: 'string', default: '8' },
      'on-error': { type: 'string', default: 'fail' },
      backend: { type: 'string' },
      shard: { type: 'string' },
      queue: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.queue !== undefined && values.shard !== undefined) {
    throw new RangeError('--queue and --shard share the images out in two ways; choose one.');
  }
  const onError = values['on-error'];
  if (onError !== 'fail' && onError !== 'skip') {
    throw new RangeError(`--on-error must be fail or skip, got '${onError}'.`);
  }
  const batch = between(values.batch, 1, 4096, 'batch');
  if (!Number.isInteger(batch)) throw new RangeError(`--batch must be a whole number, got '${values.batch}'.`);
  return {
    model: needed(values.model, 'model'),
    data: needed(values.data, 'data'),
    out: needed(values.out, 'out'),
    threshold: between(values.threshold, 0, 1, 'threshold'),
    flips: values.flips,
    batch,
    onError,
    backend: values.backend as BackendName | undefined,
    shard: parseShard(values.shard),
    queue: parseQueue(values.queue),
  };
}

const beside = (out: string, what: string): string =>
  join(dirname(out), `${basename(out).replace(/\.csv$/i, '')}-${what}`);

/** Where the masks go: `predictions.csv` -> `predictions-masks`, beside it. */
export const maskFolder = (out: string): string => beside(out, 'masks');

/** Where the parts of the CSV file lie until all are there: `predictions.csv` -> `predictions-parts`. */
export const partFolder = (out: string): string => beside(out, 'parts');
