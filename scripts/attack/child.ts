import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Case, Result } from './attack';
import type { Order, Report } from './worker';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const MEGABYTES = 1024;

/** Tries cases in a child process, which is started when it is needed and again when it died. */
export interface Child {
  /** Tries one case; it hangs where it takes longer than so many seconds. */
  try(order: Order, seconds: number): Promise<Result>;
  stop(): void;
}

interface Running {
  readonly process: ChildProcess;
  errors: string;
}

function start(attacks: string, folder: string): Promise<Running> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, [attacks], {
      env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder },
      execArgv: ['--import', 'tsx', `--max-old-space-size=${MEGABYTES}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const running: Running = { process: child, errors: '' };
    child.stderr!.on('data', (chunk) => {
      running.errors = `${running.errors}${chunk}`.slice(-2000);
    });
    child.once('message', () => resolve(running));
    child.once('close', (code) => reject(new Error(`a worker did not start (${code}):\n${running.errors}`)));
  });
}

/** `attacks`: the URL of the module that lists them; `folder`: where the child makes its temporary files. */
export function createChild(attacks: string, folder: string): Child {
  let running: Promise<Running> | undefined;
  const stop = (child: ChildProcess): void => {
    running = undefined;
    child.kill('SIGKILL');
  };
  return {
    async try(order, seconds) {
      running ??= start(attacks, folder);
      const child = await running;
      return new Promise((resolve) => {
        let begun: Case = { input: undefined, ...order };
        const end = (fault: Result['fault'], over = true): void => {
          clearTimeout(timer);
          child.process.removeAllListeners('message').removeAllListeners('close');
          if (over) stop(child.process);
          resolve({ case: begun, ...(fault === undefined ? {} : { fault }) });
        };
        const timer = setTimeout(
          () => end({ outcome: 'hang', message: `still busy after ${seconds} s` }),
          seconds * 1000,
        );
        child.process.on('message', (report: Report) => {
          if ('begun' in report) begun = report.begun;
          else if (!('ready' in report)) end(report.fault, report.worn);
        });
        child.process.on('close', (code, signal) =>
          end({ outcome: 'crash', message: `the process ended (${code ?? signal}):\n${child.errors}` }),
        );
        child.process.send(order);
      });
    },
    stop() {
      running?.then(({ process }) => stop(process)).catch(() => undefined);
    },
  };
}
