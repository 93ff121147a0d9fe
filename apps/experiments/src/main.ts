import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { removeLeftovers, stopOnSignal } from 'tfjs-multitask/node';
import { type CommandLine, HELP, parseCommandLine } from './options';
import { planGrid } from './plan-grid';
import { runGridByWorkers } from './queue/submit-grid';
import { readExperiment } from './report/read-experiment';
import { writeReport } from './report/write-report';
import { lockFolder } from './runs/lock';
import { costsOf, type GridOutcome, runGrid } from './runs/run-grid';
import type { Job } from './runs/run-job';
import { itemsOf } from './shards/shard';
import { STOPPED } from './stopped';

interface Outcome extends Pick<GridOutcome, 'complete' | 'failed' | 'stopped'> {
  /** Runs that others are at. */
  readonly busy: readonly string[];
}

/** Does a part of the runs, or all, in processes of this machine. */
async function runHere(all: readonly Job[], options: CommandLine, signal: AbortSignal): Promise<Outcome> {
  const { out, jobs: parallel, shard } = options;
  const costs = await costsOf(all);
  const jobs = shard === undefined ? all : itemsOf(all, shard, ({ id }) => costs.get(id)!);
  const threads = Math.max(1, Math.floor(availableParallelism() / parallel));
  const which = shard === undefined ? '' : `, shard ${shard.index} of ${shard.count} of ${all.length} runs`;
  console.log(
    `\n${jobs.length} runs on ${all[0].backend}${which}, ${parallel} at once with ${threads} ${threads === 1 ? 'thread' : 'threads'} each; ` +
      `everything goes to ${out}`,
  );
  const outcome = await runGrid(jobs, { parallel, threads, signal });
  const { complete, busy, failed } = outcome;
  const others = busy.length > 0 ? `, ${busy.length} left to other processes` : '';
  console.log(`\n${complete} of ${jobs.length} runs are complete, ${failed.length} failed${others}.`);
  return outcome;
}

/** Of work that is shared out, the last one to finish writes the report. */
async function reportIfComplete(out: string): Promise<void> {
  const { missing, planned } = await readExperiment(out);
  if (missing.length === 0) return report(out);
  console.log(
    `${missing.length} of the ${planned.length} runs are still missing in ${out}. Whoever completes them writes the report; ` +
      `for what is there: npm run experiments -- --out ${quote(out)} --report-only`,
  );
}

async function report(out: string): Promise<void> {
  const { files } = await writeReport(out);
  console.log(`Written to ${out}: ${files.join(', ')}.`);
}

const quote = (text: string): string => (/^[\w./,=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const options = parseCommandLine(args);
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const { out, shard, queue } = options;
  const commandOf = (list: readonly string[]): string => ['npm run experiments --', ...list.map(quote)].join(' ');
  const command = commandOf(args);
  // What remakes everything, not one part of it.
  const whole = commandOf(args.filter((arg, i) => !/^--shard(=|$)/.test(arg) && args[i - 1] !== '--shard'));
  await mkdir(out, { recursive: true });
  const unlock = await lockFolder(out, { shared: shard !== undefined || queue !== undefined });
  try {
    await removeLeftovers(out, { recursive: true });
    const signal = stopOnSignal('Stopping after this step');
    if (!options.reportOnly) {
      const jobs = await planGrid(options, whole);
      const { stopped, busy, failed } =
        queue === undefined
          ? await runHere(jobs, options, signal)
          : { ...(await runGridByWorkers(queue, jobs, out, signal)), busy: [] };
      for (const { id, error } of failed) console.log(`  ${id}: ${error}`);
      if (stopped) {
        const where = queue === undefined ? '' : ' What is in the queue stays there, and workers do it.';
        console.log(`Stopped.${where} Go on with: ${command}`);
        process.exitCode = STOPPED;
        return;
      }
      if (failed.length + busy.length > 0) process.exitCode = 1;
    }
    await (shard === undefined ? report(out) : reportIfComplete(out));
  } finally {
    await unlock();
  }
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
