import { clone, dispose, type Variable } from '@tensorflow/tfjs-core';

/** Something as it was, to be put back or let go. */
export interface Held {
  restore(): void;
  dispose(): void;
}

/** The values of variables. Clones: they take no memory until a variable is given another value. */
export function holdVariables(variables: readonly Variable[]): Held {
  const values = variables.map((variable) => clone(variable));
  return {
    restore() {
      for (const [i, variable] of variables.entries()) variable.assign(values[i]);
    },
    dispose: () => dispose(values),
  };
}

export function holdAll(parts: readonly Held[]): Held {
  return {
    restore() {
      for (const part of parts) part.restore();
    },
    dispose() {
      for (const part of parts) part.dispose();
    },
  };
}

/** Runs `body`; where it throws, what is held is put back. Lets go of it in the end. */
export function orRestore<R>(held: Held, body: () => R): R {
  try {
    return body();
  } catch (error) {
    held.restore();
    throw error;
  } finally {
    held.dispose();
  }
}

/** The same for a `body` that takes its time. */
export async function orRestoreAsync<R>(held: Held, body: () => Promise<R>): Promise<R> {
  try {
    return await body();
  } catch (error) {
    held.restore();
    throw error;
  } finally {
    held.dispose();
  }
}
