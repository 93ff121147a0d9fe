import type { Answer, CallName, Calls, Event, Question } from '../messages';

/** Asks the worker for something: the answer, or an error in its words. */
export type Ask = <K extends CallName>(name: K, ...argument: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Starts the worker. `onEvent` hears what happens while it trains. */
export function startWorker(onEvent: (event: Event) => void): Ask {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'model' });
  const waiting = new Map<number, Waiting>();
  let count = 0;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if ('event' in data) {
      onEvent(data);
      return;
    }
    const { resolve, reject } = waiting.get(data.id)!;
    waiting.delete(data.id);
    if ('error' in data) reject(new Error(data.error));
    else resolve(data.value);
  };
  worker.onerror = ({ message }) => {
    const error = new Error(
      `The worker that computes has failed: ${message || 'it did not start'}. Load the page again.`,
    );
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return ((name: CallName, argument?: unknown) =>
    new Promise((resolve, reject) => {
      const question: Question = { id: ++count, name, argument };
      waiting.set(question.id, { resolve, reject });
      worker.postMessage(question);
    })) as Ask;
}
