import { stopOnSignal } from 'tfjs-multitask/node';
import { HELP, parseWorkerCommand } from './queue/options';
import { workOn } from './queue/work';
import { STOPPED } from './stopped';

async function main(): Promise<void> {
  const options = parseWorkerCommand(process.argv.slice(2));
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const signal = stopOnSignal('Stopping after this step');
  await workOn(options, signal);
  if (signal.aborted) process.exitCode = STOPPED;
}

main()
  .catch((error: Error) => {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  })
  // A connection that waits for a server to come back would keep it alive.
  .finally(() => process.exit());
