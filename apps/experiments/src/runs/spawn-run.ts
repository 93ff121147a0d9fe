import { fork } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { partFolder } from '../predict/options';
import type { Listener } from '../training/train-run';
import type { Report, Request } from './child';

export type Outcome =
  | { readonly outcome: 'complete' }
  | { readonly outcome: 'stopped' }
  /** Another process is at this run. */
  | { readonly outcome: 'busy'; readonly error: string }
  /** The data or the model are others here than where the work was asked for. */
  | { readonly outcome: 'refused'; readonly error: string }
  | { readonly outcome: 'failed'; readonly error: string };

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const TYPESCRIPT = new URL('../../bin/typescript.mjs', import.meta.url).href;

/** Does work in a process of its own, whose output goes to `log.txt` of the run's folder; never throws for the work. */
export async function spawnRun(
  request: Request,
  signal: AbortSignal,
  { onStep, onNotice }: Listener,
): Promise<Outcome> {
  const logFile = join(
    request.work === 'predict' ? partFolder(request.part.options.out) : request.job.folder,
    'log.txt',
  );
  const log = await open(logFile, 'a');
  try {
    return await new Promise<Outcome>((resolve) => {
      const child = fork(CHILD, {
        execArgv: ['--import', TYPESCRIPT],
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
      });
      let outcome: Outcome | undefined;
      const stop = (): void => {
        child.kill('SIGTERM');
      };
      signal.addEventListener('abort', stop, { once: true });
      child.on('message', (report: Report) => {
        if (report.kind === 'step') onStep(report);
        else if (report.kind === 'notice') onNotice(report.text);
        else outcome = report;
      });
      const end = async (how: string): Promise<void> => {
        signal.removeEventListener('abort', stop);
        if (outcome === undefined && signal.aborted) resolve({ outcome: 'stopped' });
        else resolve(outcome ?? { outcome: 'failed', error: `its process ${how}. ${await lastLines(logFile)}`.trim() });
      };
      child.once('error', (error) => void end(`did not start: ${error.message}`));
      child.once(
        'exit',
        (code, ended) => void end(ended === null ? `ended with code ${code}` : `was ended by ${ended}`),
      );
      child.send(request);
      if (signal.aborted) stop();
    });
  } finally {
    await log.close();
  }
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' ').slice(-500);
}
