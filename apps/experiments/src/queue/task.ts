import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf } from '../grid/grids';
import { missingChunks } from '../predict/chunks';
import { partFolder } from '../predict/options';
import type { Request } from '../runs/child';
import { openRun } from '../runs/run-folder';
import { OtherWork } from './other-work';

/** A job of the queue. */
export interface Task {
  /** For people: that of the run, or the place of the images. */
  readonly id: string;
  readonly request: Request;
  /** SHA-256 of the code that is to do it. */
  readonly code: string;
}

/** What a worker tells of its job. */
export interface TaskProgress {
  readonly share: number;
  readonly place: string;
  /** What people should know, until the next word. */
  readonly notice?: string;
}

/** A name that is the same for the same work on the same data by the same code, whoever asks for it. */
export function taskKey({ id, request, code }: Task): string {
  const { work, data } = request;
  const what =
    request.work === 'predict'
      ? request.part
      : [identityOf(request.job.config), request.job.split, request.job.folder, request.job.backend];
  const digest = createHash('sha256')
    .update(JSON.stringify([work, data, code, what]))
    .digest('hex');
  return `${id}-${digest.slice(0, 16)}`;
}

/** The same request on a machine that has the files elsewhere. */
export function movePaths(request: Request, [from, to]: readonly [from: string, to: string]): Request {
  const move = (value: unknown): unknown =>
    typeof value === 'string' && (value === from || value.startsWith(`${from}/`))
      ? to + value.slice(from.length)
      : value;
  const moved = (object: object): object =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, move(value)]));
  return (
    request.work === 'predict'
      ? { ...request, part: { ...request.part, options: moved(request.part.options) } }
      : { ...request, job: moved(request.job) }
  ) as Request;
}

/** What is left to do of a request, by what lies on the disk: that alone counts. */
export async function whatIsLeft(request: Request): Promise<Request['work'] | 'nothing'> {
  if (request.work !== 'predict') return openRun(request.job);
  const { options, chunk } = request.part;
  return (await missingChunks(options.out, [chunk])).length === 0 ? 'nothing' : 'predict';
}

/** Throws where this machine does not see the folder that results go to. */
export async function checkFolder(request: Request): Promise<void> {
  const file =
    request.work === 'predict' ? join(partFolder(request.part.options.out), 'parts.json') : request.job.splitFile;
  await access(file).catch(() => {
    throw new OtherWork(
      `${file} is not there on this machine: workers write into the folder of --out, on a disk that all share. Where it has ` +
        'another path here, say so: --paths THERE=HERE.',
    );
  });
}
