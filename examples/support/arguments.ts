import { parseArgs } from 'node:util';
import type { BackendName } from 'tfjs-multitask/backends';

/** What the small examples take on the command line: `--tiny`, `--backend NAME`, some `--only A,B`, `--data DIR` or `--weights FILE`. */
export function exampleArguments(): {
  readonly tiny: boolean;
  readonly backend: BackendName | undefined;
  readonly only: readonly string[] | undefined;
  readonly data: string | undefined;
  readonly weights: string | undefined;
} {
  const { values } = parseArgs({
    options: {
      tiny: { type: 'boolean', default: false },
      backend: { type: 'string' },
      only: { type: 'string' },
      data: { type: 'string' },
      weights: { type: 'string' },
    },
  });
  const { tiny, backend, only, data, weights } = values;
  return { tiny, backend: backend as BackendName | undefined, only: only?.split(','), data, weights };
}
