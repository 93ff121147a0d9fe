/** Lets one operation at a time change, or save, what training changes. */
export interface Turns {
  /** Runs `body` alone. @throws Error where another operation is running. */
  take<R>(what: string, body: () => R): R;
  takeAsync<R>(what: string, body: () => Promise<R>): Promise<R>;
  /**
   * Within an operation: lets others run while `body` does.
   *
   * @throws Error where one of them is still running when `body` has ended.
   */
  lend<R>(body: () => R | Promise<R>): Promise<R>;
}

interface Operation {
  readonly what: string;
}

export function createTurns(): Turns {
  let running: Operation | undefined;
  let lender: Operation | undefined;

  const begin = (what: string): Operation => {
    const other = running ?? (lender?.what === what ? lender : undefined);
    if (other !== undefined) {
      const hooks = other.what === 'fit' ? ', or do it in a hook of a callback, which the fit waits for' : '';
      throw new Error(`trainer.${what}: ${other.what} is running on this trainer. Await it first${hooks}.`);
    }
    running = { what };
    return running;
  };
  const end = (operation: Operation): void => {
    if (running === operation) running = undefined;
  };

  return {
    take(what, body) {
      const operation = begin(what);
      try {
        return body();
      } finally {
        end(operation);
      }
    },
    async takeAsync(what, body) {
      const operation = begin(what);
      try {
        return await body();
      } finally {
        end(operation);
      }
    },
    async lend(body) {
      const before = lender;
      const own = running;
      lender = own;
      running = undefined;
      const takeBack = (): Operation | undefined => {
        const left = running;
        running = own;
        lender = before;
        return left;
      };
      let result: Awaited<ReturnType<typeof body>>;
      try {
        result = await body();
      } catch (error) {
        takeBack();
        throw error;
      }
      const left = takeBack();
      if (left === undefined) return result;
      throw new Error(`fit: a callback's hook left ${left.what} running; await it in the hook.`);
    },
  };
}
