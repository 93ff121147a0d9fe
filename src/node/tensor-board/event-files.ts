import { join } from 'node:path';
import { type EventValues, valuesEvent } from './event';
import { createEventFile, type EventFile } from './event-file';

/** Event files of a run, each in a folder of its own below the run's: TensorBoard draws equal tags of them in one chart. */
export interface EventFiles {
  /** Begins the file of a folder, which is otherwise begun when there is something to append. */
  begin(folder: string): Promise<EventFile>;
  append(folder: string, step: number, values: EventValues): Promise<void>;
  /** Closes all of them, and throws the first error. */
  close(): Promise<void>;
}

/** What earlier files in a folder hold of the step `from(folder)` and later ones is no longer shown. */
export function createEventFiles(directory: string, from: (folder: string) => number): EventFiles {
  const files = new Map<string, EventFile>();
  const begin = async (folder: string): Promise<EventFile> => {
    const file = files.get(folder) ?? (await createEventFile(join(directory, folder), from(folder)));
    files.set(folder, file);
    return file;
  };
  return {
    begin,
    async append(folder, step, values) {
      const file = await begin(folder);
      await file.append(valuesEvent({ wallTime: Date.now() / 1000, step }, values));
    },
    async close() {
      const closed = await Promise.allSettled([...files.values()].map((file) => file.close()));
      files.clear();
      for (const one of closed) if (one.status === 'rejected') throw one.reason;
    },
  };
}
