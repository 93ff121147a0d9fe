import { basename } from 'node:path';
import { Fault } from './attack';

/** What the engine says where our code met something that it did not expect. */
const ENGINE =
  /is not a function|is not iterable|is not a constructor|is not defined|Cannot (read|set|destructure|convert|access|mix|use 'in')|Invalid (typed )?array length|Maximum call stack|undefined is not|null is not|out of memory|Invalid count value|The "\w+" argument must be/;

/** Throws unless an error is one that somebody wrote for a reader; with `path` it must name that file. */
export function checkMessage(error: unknown, path?: string): void {
  if (error instanceof Fault) throw error;
  if (!(error instanceof Error)) throw new Fault('crash', `what was thrown is no Error: ${String(error)}`);
  const { message } = error;
  if (ENGINE.test(message)) throw new Fault('crash', `the engine's own error: ${error.name}: ${message}`);
  if (message.length < 12) throw new Fault('crash', `an error that says nothing: ${error.name}: ${message}`);
  if (path !== undefined && !message.includes(basename(path))) {
    throw new Fault('crash', `an error that does not name ${basename(path)}: ${error.name}: ${message}`);
  }
}

/** What `read` returns; undefined where it refused with an error that {@link checkMessage} accepts. */
export async function readOrRefuse<V>(read: () => V | Promise<V>, path?: string): Promise<V | undefined> {
  try {
    return await read();
  } catch (error) {
    checkMessage(error, path);
    return undefined;
  }
}
