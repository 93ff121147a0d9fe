import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Size } from './step';

/** What can be asked for alone. */
const PARTS = ['steps', 'forward', 'memory', 'full', 'convs', 'ops', 'growth'] as const;
type Part = (typeof PARTS)[number];

/** What `simd` is compared with. */
const PEERS = ['torch', 'wasm', 'node'] as const;
export type Peer = (typeof PEERS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly peers: readonly Peer[];
  readonly sizes: readonly Size[];
  readonly rounds: number;
  readonly threads: number;
  readonly quick: boolean;
  readonly out: string;
  /** The page that tells what was measured; none where sizes are not the usual ones. */
  readonly docs: string | undefined;
}

export const HELP = `Times the simd backend on the paper's three-task U-Net, beside its peers.

  npm run bench -- [options]

  --only PARTS      of ${PARTS.join(',')}; default: all
  --peers NAMES     of ${PEERS.join(',')}; default: all; those that are not here are left out
  --sizes SIZES     side x filters of the first level      (64x8,128x16,256x16,256x32)
  --rounds N        in each, everyone takes a turn      (5; with --quick 2)
  --threads N       of each                             (2)
  --quick           two small sizes, no full model
  --docs FILE       whose sections of what was measured are written anew
                    (docs/benchmarks.md; with --quick or --sizes none)
  --out DIR         where bench.json goes               (runs/bench)
  --help

PyTorch runs in the Python named by PYTHON (python3 unless set). Tables go to stdout, progress to stderr.
`;

function choose<V extends string>(text: string | undefined, all: readonly V[], name: string): readonly V[] {
  if (text === undefined) return all;
  const wanted = text.split(',').filter(Boolean);
  const unknown = wanted.find((one) => !all.includes(one as V));
  if (unknown !== undefined) throw new RangeError(`--${name} takes ${all.join(', ')}, got '${unknown}'.`);
  return all.filter((one) => wanted.includes(one));
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} must be a whole number of at least 1, got '${text}'.`);
  return value;
}

function toSize(text: string): Size {
  const [image, filters] = text.split('x').map((part) => whole(part, 'sizes'));
  if (filters === undefined || image % 16 !== 0) {
    throw new RangeError(`--sizes takes a side that is a multiple of 16, x and filters, such as 64x8; got '${text}'.`);
  }
  return { image, filters, batch: 4 };
}

/** Reads the command line; undefined where help was requested. */
export function parseBenchCommand(args: readonly string[]): BenchOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      peers: text,
      sizes: text,
      rounds: text,
      threads: { ...text, default: '2' },
      quick: { type: 'boolean', default: false },
      out: { ...text, default: 'runs/bench' },
      docs: text,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { quick } = values;
  const docs = values.docs ?? (quick || values.sizes ? undefined : 'docs/benchmarks.md');
  const parts = choose(values.only, PARTS, 'only');
  return {
    parts: quick && values.only === undefined ? parts.filter((part) => part !== 'full') : parts,
    peers: choose(values.peers, PEERS, 'peers'),
    sizes: (values.sizes ?? (quick ? '64x8,128x16' : '64x8,128x16,256x16,256x32')).split(',').map(toSize),
    rounds: whole(values.rounds ?? (quick ? '2' : '5'), 'rounds'),
    threads: whole(values.threads, 'threads'),
    quick,
    out: resolve(values.out),
    docs: docs && resolve(docs),
  };
}
