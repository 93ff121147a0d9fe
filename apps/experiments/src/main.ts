import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { removeLeftovers, stopOnSignal } from 'tfjs-multitask/node';
import { type CommandLine, HELP, parseCommandLine } from './options';
import { planGrid } from './plan-grid';
import { readExperiment } from './report/read-experiment';
import { writeReport } from './report/write-report';
import { lockFolder } from './runs/lock';
import { costsOf, type GridOutcome, runGrid } from './runs/run-grid';
import { itemsOf } from './shards/shard';
import { STOPPED } from './stopped';

async function train(options: CommandLine, command: string, signal: AbortSignal): Promise<GridOutcome> {
  const { out, jobs: parallel, shard } = options;
  const all = await planGrid(options, command);
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
  for (const { id, error } of failed) console.log(`  ${id}: ${error}`);
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
  const { out, shard } = options;
  const commandOf = (list: readonly string[]): string => ['npm run experiments --', ...list.map(quote)].join(' ');
  const command = commandOf(args);
  // What remakes everything, not one part of it.
  const whole = commandOf(args.filter((arg, i) => !/^--shard(=|$)/.test(arg) && args[i - 1] !== '--shard'));
  await mkdir(out, { recursive: true });
  const unlock = await lockFolder(out, { shared: shard !== undefined });
  try {
    await removeLeftovers(out, { recursive: true });
    const signal = stopOnSignal('Stopping after this step');
    if (!options.reportOnly) {
      const { stopped, busy, failed } = await train(options, whole, signal);
      if (stopped) {
        console.log(`Stopped. Go on with: ${command}`);
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
