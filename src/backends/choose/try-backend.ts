import { conv2d, env, findBackendFactory, getBackend, ones, setBackend, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Candidate, Wanted } from './candidates';
import { checkOneCore } from './check-one-core';

/** Why a backend cannot be used. */
export interface Failure {
  readonly installed: boolean;
  readonly message: string;
  readonly cause?: unknown;
}

/** Runs `body` with TensorFlow.js's warnings off: what they say, the caller learns from the outcome. */
async function withoutWarnings<R>(body: () => Promise<R>): Promise<R> {
  const before = env().getBool('PROD');
  env().set('PROD', true);
  try {
    return await body();
  } finally {
    env().set('PROD', before);
  }
}

/**
 * Whether an import failed because the package itself is not there, in the words of Node, of bundlers or of browsers.
 */
function isMissing(error: unknown, packageName: string): boolean {
  const message = error instanceof Error ? error.message : String(error);
  const named = new RegExp(`['"\`\u201c](${packageName.replaceAll(' ', '|')})['"\`\u201d]`).test(message);
  return named && /cannot find|could not resolve|failed to resolve|does not resolve|bare specifier/i.test(message);
}

/** One convolution whose sums are small integers, exact in any precision. */
async function checkConvolution(): Promise<void> {
  const y = tidy(() => conv2d(tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]), ones([2, 2, 1, 1]), 1, 'valid'));
  const values = [...(await y.data())];
  y.dispose();
  if (values.join() !== '12,16,24,28') {
    throw new Error(`a convolution returns [${values.join(', ')}] and should return [12, 16, 24, 28]`);
  }
}

async function start(candidate: Candidate, wanted: Wanted): Promise<void> {
  const { packageName, registeredAs } = candidate;
  if (findBackendFactory(registeredAs) == null) throw new Error(`${packageName} does not register it here`);
  candidate.complete?.();
  if (!(await setBackend(registeredAs))) throw new Error('TensorFlow.js cannot initialise it');
  await checkOneCore(packageName);
  candidate.check?.(wanted);
  await checkConvolution();
}

/**
 * Loads a backend, makes it TensorFlow.js's own and compares a result. Where that fails, the backend that was set
 * before is set again.
 */
export function tryBackend(candidate: Candidate, wanted: Wanted): Promise<Failure | undefined> {
  const { name, packageName, remedy } = candidate;
  return withoutWarnings(async () => {
    const before = getBackend();
    try {
      const error = await candidate.load(wanted);
      if (error !== undefined) throw error;
      await start(candidate, wanted);
      return undefined;
    } catch (cause) {
      if (before) await setBackend(before);
      if (isMissing(cause, packageName)) {
        return { installed: false, message: `'${name}' is not installed. Run: npm install ${packageName}`, cause };
      }
      const reason = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');
      const message = `'${name}' is installed but does not work here: ${reason}.${remedy ? ` ${remedy}.` : ''}`;
      return { installed: true, message, cause };
    }
  });
}
