// Tells when it was asked to stop, and ends then.
import { stopOnSignal } from '../../src/node/stop-on-signal';

const alive = setInterval(() => undefined, 1000);
stopOnSignal('Stopping').addEventListener('abort', () => {
  process.stdout.write('aborted\n');
  clearInterval(alive);
});
process.stdout.write('ready\n');
