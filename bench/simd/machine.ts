import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { widestVectors } from './widest-vectors';

/** Where and of what something was measured. */
export interface Machine {
  readonly date: string;
  /** The commit, with `and changes` behind it where files differ from it; `unknown` outside a checkout. */
  readonly commit: string;
  readonly processor: string;
  /** The widest vector instructions that the processor has; undefined where the system does not tell. */
  readonly vectors: string | undefined;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Processes that ran or waited, on average over a minute. */
  readonly load: number;
}

function attempt<V>(body: () => V): V | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  return (
    attempt(() => {
      const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
      return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? ' and changes' : ''}`;
    }) ?? 'unknown'
  );
}

/** Looks at the machine and the checkout. */
export function describeMachine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    processor: cpus()[0]?.model ?? 'unknown',
    vectors: attempt(() => widestVectors(readFileSync('/proc/cpuinfo', 'utf8'))),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0],
  };
}

/** One line of Markdown about the machine. */
export function machineLine({ date, commit, processor, vectors, cores, node, load }: Machine): string {
  const name = vectors ? `${processor} (${vectors})` : processor;
  return `*${date}, commit ${commit}: ${name}, ${cores} cores, Node ${node}, load before ${load.toFixed(1)}.*`;
}
