import { InvalidArgumentError } from 'commander';

/** Thresholds by the names of tasks. */
type Thresholds = Readonly<Record<string, number>>;

/** Reads `lesion=0.5`, beside what came before. */
export function addThreshold(text: string, before: Thresholds = {}): Thresholds {
  const [, task, value] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  const number = Number(value?.trim() || undefined);
  if (!Number.isFinite(number)) throw new InvalidArgumentError('It must be a task and a number, such as lesion=0.5.');
  return { ...before, [task]: number };
}
