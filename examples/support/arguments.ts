import { parseArgs } from 'node:util';
import type { BackendName } from 'tfjs-multitask/backends';

/** What the small examples take on the command line: `--tiny` and `--backend NAME`. */
export function exampleArguments(): {
  readonly tiny: boolean;
  readonly backend: BackendName | undefined;
  readonly only: readonly string[] | undefined;
} {
  const { values } = parseArgs({
    options: { tiny: { type: 'boolean', default: false }, backend: { type: 'string' }, only: { type: 'string' } },
  });
  return { tiny: values.tiny, backend: values.backend as BackendName | undefined, only: values.only?.split(',') };
}
