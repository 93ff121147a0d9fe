import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parseQueue } from './connect';

export interface WorkerOptions {
  readonly queue: URL;
  readonly jobs: number;
  /** A prefix of paths there, and what it is here. */
  readonly paths?: readonly [there: string, here: string];
  readonly stalledAfter: number;
  /** Ends after so many seconds without work; left out: never. */
  readonly idle?: number;
}

export const HELP = `Works on what "experiments --queue" and "predict --queue" ask for, until it is stopped.

  npm run worker -- --queue redis://HOST:PORT [options]

  --queue URL         the Redis server; any number of workers, on any number of machines
  --jobs N            jobs at once, each a process with its share of the cores  (1)
  --paths THERE=HERE  where a folder of the one who asks has another path on this machine
  --stalled-after N   seconds without a sign of life of a worker until others take its jobs over  (30)
  --idle N            ends after so many seconds without work; default: never
  --help

Results go to --out of the one who asks, which all machines must see. Ctrl-C saves what is under way; others go on with it.
`;

function seconds(text: string, name: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 1) {
    throw new RangeError(`--${name} must be a whole number of at least 1, got '${text}'.`);
  }
  return value;
}

/** Reads the command line of a worker; undefined where help was requested. */
export function parseWorkerCommand(args: readonly string[]): WorkerOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      queue: text,
      jobs: { type: 'string', default: '1' },
      paths: text,
      'stalled-after': { type: 'string', default: '30' },
      idle: text,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const queue = parseQueue(values.queue);
  if (queue === undefined) throw new RangeError('--queue is needed, as redis://host:6379; see --help.');
  const [there, here, more] = values.paths?.split('=') ?? [];
  if (values.paths !== undefined && (!there || !here || more !== undefined)) {
    throw new RangeError(`--paths must be THERE=HERE, as /home/a/runs=/mnt/runs; got '${values.paths}'.`);
  }
  const jobs = seconds(values.jobs, 'jobs');
  if (jobs > availableParallelism()) {
    console.warn(`--jobs ${jobs}: more than the ${availableParallelism()} cores of this machine, so no faster.`);
  }
  return {
    queue,
    jobs,
    paths: there && here ? [there.replace(/(.)\/$/, '$1'), here.replace(/(.)\/$/, '$1')] : undefined,
    stalledAfter: seconds(values['stalled-after'], 'stalled-after'),
    idle: values.idle === undefined ? undefined : seconds(values.idle, 'idle'),
  };
}
