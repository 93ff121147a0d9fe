import { checkpoint } from '../../src/node/checkpoint';
import { fakeRun } from './fake-run';

// Run as a process of its own, with a limit on the size of files: prints why a checkpoint in argv[2] failed.
const run = fakeRun({ snapshot: async () => ({ weights: new Float32Array(100_000) }), resumed: true });
try {
  await checkpoint<'lesion' | 'severity'>(process.argv[2], { every: { steps: 1 } }).onSafePoint?.(run, 'step');
} catch (error) {
  process.stdout.write((error as Error).message);
}
