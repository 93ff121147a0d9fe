import type { Candidate, Wanted } from './candidates';
import { tryBackend } from './try-backend';

/**
 * Makes `name` the backend, or else the first of `candidates` that works. What {@link useBackend} does, for any list.
 */
export async function selectBackend<N extends string>(
  candidates: readonly Candidate<N>[],
  automatic: readonly N[],
  name: N | undefined,
  onNotice: ((message: string) => void) | undefined,
  demands: Wanted = { software: false },
): Promise<N> {
  const failures: string[] = [];
  const missing = new Set<string>();
  for (const wanted of name === undefined ? automatic : [name]) {
    const candidate = candidates.find((known) => known.name === wanted)!;
    if (name === undefined && candidate.absent?.()) continue;
    // Two backends of one package: where the fast one says that it is missing, the slow one need not be warned of.
    if (name === undefined && missing.has(candidate.packageName)) continue;
    const slow = name === undefined && candidate.advice !== undefined ? `'${wanted}' is slow. ${candidate.advice}` : '';
    if (slow && !onNotice) {
      throw new Error(
        `useBackend: only a slow backend is left. Ask for it by its name, or set onNotice.\n  ${[...failures, slow].join('\n  ')}`,
      );
    }
    const failure = await tryBackend(candidate, demands);
    if (failure === undefined) {
      if (slow) onNotice?.(slow);
      return wanted;
    }
    if (name !== undefined) throw new Error(`useBackend: ${failure.message}`, { cause: failure.cause });
    const meant = candidate.deliberate || (candidate.threaded && demands.threads !== undefined);
    if (failure.installed && meant && !onNotice) {
      throw new Error(
        `useBackend: ${failure.message} To take another in its place, ask for that by its name, or set onNotice.`,
        { cause: failure.cause },
      );
    }
    if (failure.installed) onNotice?.(failure.message);
    else missing.add(candidate.packageName);
    failures.push(failure.message);
  }
  throw new Error(
    `useBackend: no backend works here. Run: npm install @tensorflow/tfjs-backend-cpu, which simd, the fastest one without a GPU, is built on.\n  ${failures.join('\n  ')}`,
  );
}
