import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What a run is made of: kept beside its results, and the same when it is resumed. */
export interface RunOptions {
  /** A manifest folder; null for the phantom. */
  readonly data: string | null;
  /** How many phantom images. */
  readonly images: number;
  readonly size: number;
  readonly filters: number;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  /** How many runs there are, with one seed after the other. */
  readonly seeds: number;
  /** A short run, whose numbers are rough. */
  readonly quick: boolean;
  /** Records the gradient of every task of the three-task model, which costs a backward pass for each. */
  readonly diagnose: boolean;
  /** Numbers repeat to the last bit on the same one only. */
  readonly backend: string;
}

export const DEFAULTS: Omit<RunOptions, 'backend'> = {
  data: null,
  images: 800,
  size: 64,
  filters: 8,
  epochs: 7,
  batch: 4,
  learningRate: 3e-3,
  seed: 1,
  seeds: 1,
  quick: false,
  diagnose: false,
};

/** What `--quick` sets, where the command line says nothing else. */
const QUICK = { quick: true, images: 320, epochs: 4 } as const;

export const HELP = `Trains the paper's three-task model, its encoder for one task alone, and the paper's CNN; compares them on a test split.

  npm run demo -- [options]

  --data DIR          a folder with a manifest.csv of images; default: built-in phantom images
  --images N          how many phantom images                           (${DEFAULTS.images})
  --size N            side of the square input, a multiple of 16        (${DEFAULTS.size})
  --filters N         filters of the U-Net's first level                (${DEFAULTS.filters})
  --epochs N          epochs of each model                              (${DEFAULTS.epochs})
  --batch N           images in a batch                                 (${DEFAULTS.batch})
  --learning-rate X   of Adam, falling to 0 as half a cosine            (${DEFAULTS.learningRate})
  --seed N            of weights, dropout, split, order, augmentation   (${DEFAULTS.seed})
  --seeds N           runs with as many seeds, and compares the runs    (${DEFAULTS.seeds})
  --quick             a fifth of the time, about a minute; the numbers are rough
  --diagnose          records each task's gradient in the three-task model: which tasks fight (slower)
  --backend NAME      default: the fastest that works here
  --out DIR           where everything is written                       (runs/demo)
  --resume            goes on with the run in --out, with its options
  --help
`;

function number(text: string | undefined, name: string, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < minimum) {
    throw new RangeError(`--${name} must be a number of at least ${minimum}, got '${text}'.`);
  }
  return value;
}

function integer(text: string | undefined, name: string, minimum: number): number | undefined {
  const value = number(text, name, minimum);
  if (value !== undefined && !Number.isInteger(value)) {
    throw new RangeError(`--${name} must be a whole number, got '${text}'.`);
  }
  return value;
}

/** What stands on the command line: undefined for what was left out. */
export interface CommandLine {
  readonly given: Partial<RunOptions>;
  readonly out: string;
  readonly resume: boolean;
}

/** Reads the command line; undefined where help was requested. */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: text,
      images: text,
      size: text,
      filters: text,
      epochs: text,
      batch: text,
      'learning-rate': text,
      seed: text,
      seeds: text,
      quick: { type: 'boolean' },
      diagnose: { type: 'boolean' },
      backend: text,
      out: text,
      resume: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const size = integer(values.size, 'size', 16);
  if (size !== undefined && size % 16 !== 0) throw new RangeError(`--size must be a multiple of 16, got ${size}.`);
  const given: Partial<RunOptions> = {
    data: values.data === undefined ? undefined : resolve(values.data),
    images: integer(values.images, 'images', 24),
    size,
    filters: integer(values.filters, 'filters', 1),
    epochs: integer(values.epochs, 'epochs', 1),
    // Every batch holds a mask and an image without one.
    batch: integer(values.batch, 'batch', 2),
    learningRate: number(values['learning-rate'], 'learning-rate', 0),
    seed: integer(values.seed, 'seed', 0),
    seeds: integer(values.seeds, 'seeds', 1),
    diagnose: values.diagnose,
    backend: values.backend,
  };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    given: values.quick ? { ...QUICK, ...said } : said,
    out: values.out ?? 'runs/demo',
    resume: values.resume ?? false,
  };
}
