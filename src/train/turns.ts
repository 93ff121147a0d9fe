/** Lets one operation at a time change, or save, what training changes. */
export interface Turns {
  /** Runs `body` alone. @throws {Error} where another operation is running. */
  take<R>(what: string, body: () => R): R;
  takeAsync<R>(what: string, body: () => Promise<R>): Promise<R>;
  /**
   * Within an operation: lets others run while `body` does.
   *
   * @throws {Error} where one of them is still running when `body` has ended.
   */
  lend<R>(body: () => R | Promise<R>): Promise<R>;
  /** Runs `body` alone, after which everything else is refused; a second time it does nothing. */
  close(what: string, body: () => void): void;
  /** For what needs no turn, as it only reads. @throws {Error} once all is closed. */
  checkOpen(what: string): void;
}

interface Operation {
  readonly what: string;
}

/** `checkUsable` throws, with what was called, where nothing but `close` can be done any more. */
export function createTurns(checkUsable: (what: string) => void): Turns {
  let running: Operation | undefined;
  let lender: Operation | undefined;
  let closed = false;

  const checkOpen = (what: string): void => {
    if (closed) throw new Error(`${what}: this trainer was disposed.`);
    checkUsable(what);
  };
  /** `whole`: what cannot be done within another operation, in a turn that it lends. */
  const begin = (what: string, whole = lender?.what === what): Operation => {
    const other = running ?? (whole ? lender : undefined);
    if (other !== undefined) {
      const hooks = whole || other.what !== 'fit' ? '' : ', or do it in a hook of a callback, which the fit waits for';
      throw new Error(`${what}: ${other.what} is running on this trainer. Await it first${hooks}.`);
    }
    running = { what };
    return running;
  };
  const end = (operation: Operation): void => {
    if (running === operation) running = undefined;
  };
  const during = <R>(operation: Operation, body: () => R): R => {
    try {
      return body();
    } finally {
      end(operation);
    }
  };

  return {
    checkOpen,
    take(what, body) {
      checkOpen(what);
      return during(begin(what), body);
    },
    async takeAsync(what, body) {
      checkOpen(what);
      const operation = begin(what);
      try {
        return await body();
      } finally {
        end(operation);
      }
    },
    close(what, body) {
      if (closed) return;
      during(begin(what, true), body);
      closed = true;
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
