import { parseArgs } from 'node:util';

export const HELP = `npm run attack -- [options]: tries to lose, crash, hang or mislead the library.

  --cases N          how many cases of all kinds together (default: 2000)
  --seed S           what they are drawn from (default: drawn, and printed)
  --only KIND,KIND   these kinds alone
  --minutes M        begin no case after M minutes
  --every            in place of drawn cases all that there are, of the kinds that can list theirs
  --replay FILE      try one failing case again, as it was written to attack/failures; may be given several times
  --list             the kinds, and what they do not find on this machine`;

export interface AttackOptions {
  readonly cases: number;
  readonly seed: number;
  readonly only: readonly string[] | undefined;
  readonly minutes: number;
  readonly every: boolean;
  readonly replay: readonly string[];
  readonly list: boolean;
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
    throw new RangeError(`--${name} must be a whole number, got '${text}'.`);
  }
  return value;
}

/** Undefined where help is asked for. */
export function parseCommandLine(args: readonly string[], kinds: readonly string[]): AttackOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string' },
      only: { type: 'string' },
      minutes: { type: 'string' },
      every: { type: 'boolean', default: false },
      replay: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(',');
  const unknown = only?.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined) throw new RangeError(`--only must name some of ${kinds.join(', ')}; got '${unknown}'.`);
  const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError(`--minutes must be above 0, got '${values.minutes}'.`);
  return {
    cases: whole(values.cases, 'cases'),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : whole(values.seed, 'seed'),
    only,
    minutes,
    every: values.every,
    replay: values.replay,
    list: values.list,
  };
}
