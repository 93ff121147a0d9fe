import { type Attack, Fault } from '../attack';
import type { OperationName } from '../faulty-files';
import { checkWhole } from '../training/check-whole';
import { fitTiny, readOutcome } from '../training/fit';
import { fitAndKill, type Kill } from '../training/kill';
import { drawSetup, type Setup } from '../training/setup';
import { type Undisturbed, undisturbed } from '../training/undisturbed';

interface Moment {
  /** At one operation of this name, or wherever the fit is. */
  readonly operation: OperationName | 'anywhere';
  readonly moment: 'before' | 'half' | 'after';
  /** Which one, as a share of all of a whole run; of its time, where it is anywhere. */
  readonly at: number;
}

interface Input {
  readonly setup: Setup;
  readonly kills: readonly Moment[];
}

/** Two kills of three fall into the short time in which files are written. */
const OPERATIONS = ['open', 'handle.writeFile', 'handle.sync', 'handle.close', 'rename', 'rm', 'mkdir'] as const;
const MOMENTS = ['before', 'half', 'after'] as const;

function momentOf({ operation, moment, at }: Moment, { operations, milliseconds }: Undisturbed): Kill {
  if (operation === 'anywhere') return { milliseconds: at * milliseconds };
  return { operation, moment, number: Math.floor(at * (operations.get(operation) ?? 0)) };
}

/** SIGKILL at random moments of a fit, most of them while it writes; it then goes on to the bits of an undisturbed one. */
export const kills: Attack<Input> = {
  kind: 'kills',
  share: 13,
  seconds: 90,
  draw(random) {
    const oneOf = <V>(values: readonly V[]): V => values[random.integer(values.length)];
    const kill = (): Moment => ({
      operation: random.integer(3) === 0 ? 'anywhere' : oneOf(OPERATIONS),
      moment: oneOf(MOMENTS),
      at: random.uniform(),
    });
    return { setup: drawSetup(random), kills: random.integer(4) === 0 ? [kill(), kill()] : [kill()] };
  },
  async run({ setup, kills }, folder) {
    const calm = await undisturbed(setup);
    for (const kill of kills) {
      const { checkpoint } = await fitAndKill(setup, folder, momentOf(kill, calm));
      await checkWhole(folder, checkpoint);
    }
    await fitTiny(setup, folder);
    await checkWhole(folder);
    const found = await readOutcome(folder);
    if (found !== calm.outcome) {
      throw new Fault('lost', `it ended elsewhere than undisturbed:\n${found}\nnot\n${calm.outcome}`);
    }
  },
};
