import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from 'tfjs-multitask/node';
import { type CommandLine, DEFAULTS, type RunOptions } from './options';

export interface RunFolder {
  readonly path: string;
  readonly options: RunOptions;
}

async function readOptions(folder: string): Promise<RunOptions | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'options.json'), 'utf8')) as RunOptions;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${join(folder, 'options.json')}: ${(error as Error).message}`);
  }
}

/** As on the command line. */
const flag = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * Opens the folder of a run, and its backend: `useBackend` starts the one that it is given, or picks one. A new run
 * never writes into an old one's folder: it takes the next free name. A resumed run has the options of the first, the
 * backend among them; one that says otherwise is refused.
 */
export async function openRunFolder(
  { given, out, resume }: CommandLine,
  useBackend: (name: string | undefined) => Promise<string>,
): Promise<RunFolder> {
  const known = await readOptions(out);
  if (resume) {
    if (known === undefined) throw new Error(`--resume: there is no run in ${out} to go on with.`);
    for (const [name, value] of Object.entries(given)) {
      const before = known[name as keyof RunOptions];
      if (value !== before) {
        throw new Error(
          `--resume: the run in ${out} has ${flag(name)} ${before}, got ${value}; leave it out or start anew.`,
        );
      }
    }
    await useBackend(known.backend);
    // A folder of before knows fewer options.
    return { path: out, options: { ...DEFAULTS, ...known } };
  }
  const backend = await useBackend(given.backend);
  let path = out;
  for (let n = 2; (await readOptions(path)) !== undefined; n++) path = `${out}-${n}`;
  const options = { ...DEFAULTS, ...given, backend };
  await mkdir(path, { recursive: true });
  await writeJson(join(path, 'options.json'), options);
  return { path, options };
}
