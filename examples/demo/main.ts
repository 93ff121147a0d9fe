import { join } from 'node:path';
import { type BackendName, useBackend } from 'tfjs-multitask/backends';
import { writeJson } from 'tfjs-multitask/node';
import { HELP, parseCommandLine, type RunOptions } from './options';
import { runSeed } from './run';
import { openRunFolder } from './run-folder';
import { renderSeeds } from './seeds-table';
import type { Summary } from './summary';

/** The runs of a command, one seed after the other; undefined where it was told to stop. */
async function run(
  options: RunOptions,
  path: string,
  settings: { readonly resume: boolean; readonly signal: AbortSignal },
): Promise<readonly Summary[] | undefined> {
  const { seed: first, seeds } = options;
  const summaries: Summary[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    if (seed > first) console.log();
    const folder = seeds === 1 ? path : join(path, `seed-${seed}`);
    const summary = await runSeed({ ...options, seed }, folder, settings);
    if (summary === undefined) return undefined;
    summaries.push(summary);
  }
  if (seeds > 1) {
    await writeJson(join(path, 'results.json'), { seeds: summaries });
    console.log(`\n${seeds} seeds, each with images, splits and weights of its own:\n\n${renderSeeds(summaries)}`);
  }
  return summaries;
}

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command === undefined) {
    console.log(HELP);
    return;
  }
  const { path, options } = await openRunFolder(command, (name) =>
    useBackend(name as BackendName | undefined, { onNotice: console.warn }),
  );
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping after this step; press Ctrl-C again to stop at once.');
    controller.abort();
  });
  // What a shutdown or a job scheduler sends; it may come twice, from npm or tsx as well.
  process.on('SIGTERM', () => controller.abort());
  const summaries = await run(options, path, { resume: command.resume, signal: controller.signal });
  if (summaries === undefined) {
    console.log(`\nStopped. Go on with: npm run demo -- --resume --out ${path}`);
    process.exitCode = 130;
    return;
  }
  const figures = ['training-curves.png', 'roc-curves.png', 'test-slices.png'];
  if (options.diagnose) figures.push('task-gradients.png');
  const where = options.seeds === 1 ? path : `${path}, in a folder for each seed`;
  console.log(`\nWritten to ${where}: results.json, ${figures.join(', ')}, and the models.`);
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
