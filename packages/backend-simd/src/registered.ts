import type { findBackendFactory } from '@tensorflow/tfjs-core';
import { version } from '../package.json';
import { findWorkers } from './runtime/workers';

/** What TensorFlow.js makes a backend with. */
type Factory = NonNullable<ReturnType<typeof findBackendFactory>>;

/** How a backend was registered: which copy of this package did it, and with what. */
interface Registration {
  readonly version: string;
  readonly threads: number;
  readonly fused: boolean;
}

/** It stands on the factory, where every copy of this package finds it, and goes with it. */
const REGISTRATION = Symbol.for('tfjs-backend-simd');

type MarkedFactory = Factory & { [REGISTRATION]?: Registration | undefined };

const REMOVE = "call removeBackend('simd') of @tensorflow/tfjs-core before, which loses its tensors";

/** Writes on a factory what other copies of this package, and later calls, must know. */
export function markRegistered(factory: Factory, registration: Omit<Registration, 'version'>): Factory {
  const marked: MarkedFactory = factory;
  marked[REGISTRATION] = { version, ...registration };
  return marked;
}

function checkOption(name: string, asked: number | boolean | undefined, running: number | boolean): void {
  if (asked === undefined || asked === running) return;
  throw new Error(
    `registerSimdBackend: ${name}: ${asked} meets a backend 'simd' that is registered already with ${name}: ${running}. ` +
      `Leave ${name} out to take that one, or ${REMOVE}.`,
  );
}

/**
 * Checks that the backend `simd` that is registered already is what this copy of the package would register.
 *
 * @throws {Error} where it is of another version, of another package, or has other options than those that are asked
 * for.
 */
export async function checkRegistered(
  factory: Factory,
  { threads, fused }: { readonly threads?: number | undefined; readonly fused?: boolean | undefined },
): Promise<void> {
  const running = (factory as MarkedFactory)[REGISTRATION];
  if (running === undefined) {
    throw new Error(
      `registerSimdBackend: a backend 'simd' of another package is registered already. To take this one, ${REMOVE}.`,
    );
  }
  if (running.version !== version) {
    throw new Error(
      `registerSimdBackend: version ${version} of tfjs-backend-simd meets version ${running.version}, which is registered already; ` +
        `tfjs-multitask brings one of its own. Install tfjs-backend-simd in the version that it brings, or ${REMOVE}.`,
    );
  }
  // where threads cannot be started, any number of them is one
  checkOption('threads', threads !== undefined && !(await findWorkers()) ? 1 : threads, running.threads);
  checkOption('fused', fused, running.fused);
}
