import { join } from 'node:path';
import { loadCheckpoint } from 'tfjs-multitask/node';
import { type Attack, Fault } from '../attack';
import { fitTiny, readOutcome } from '../training/fit';
import { drawSetup, type Setup } from '../training/setup';
import { undisturbed } from '../training/undisturbed';

interface Abort {
  /** Which of the moments at which the user's code runs, as a share of all of a whole run. */
  readonly at: number;
  /** Whether that code throws the signal's reason, as far as it may. */
  readonly throws: boolean;
}

interface Input {
  readonly setup: Setup;
  /** One sitting after the other, each from what the one before left. */
  readonly aborts: readonly Abort[];
}

/** Of the user's code, what may end by throwing the reason of an abort. */
const MAY_THROW = /^(onEpoch|onStep|onValidation|onSafe)/;

/** Batches that a checkpoint has used, over all epochs. */
async function savedBatches(folder: string): Promise<number> {
  const state = (await loadCheckpoint(join(folder, 'run')))?.state as { trainer: { steps: number } } | undefined;
  return state?.trainer.steps ?? 0;
}

/** A fit that an abort cuts; what was trained must be on the disk then. */
async function abortOnce(setup: Setup, folder: string, { at, throws }: Abort): Promise<boolean> {
  const { moments } = await undisturbed(setup);
  const controller = new AbortController();
  const before = await savedBatches(folder);
  let [count, steps] = [0, 0];
  const onMoment = (what: string): void => {
    if (what === 'onStepEnd, first') steps++;
    if (count++ !== Math.floor(at * moments)) return;
    controller.abort();
    if (throws && MAY_THROW.test(what)) controller.signal.throwIfAborted();
  };
  const whole = await fitTiny(setup, folder, { signal: controller.signal, onMoment });
  const saved = await savedBatches(folder);
  // Batches of a step that waits for more of them are trained on once more.
  if (before + steps - saved >= setup.accumulate) {
    throw new Fault('lost', `${before + steps} batches had been trained on, the checkpoint has ${saved}`);
  }
  return whole;
}

/** Aborts at every moment at which code of the user runs; the run then goes on to the bits of an undisturbed one. */
export const aborts: Attack<Input> = {
  kind: 'aborts',
  share: 13,
  draw(random) {
    const setup = drawSetup(random);
    const sittings = 1 + random.integer(3);
    // Later sittings have fewer moments left.
    const abort = (_: unknown, i: number): Abort => ({
      at: random.uniform() / (i + 1),
      throws: random.integer(3) === 0,
    });
    return { setup, aborts: Array.from({ length: sittings }, abort) };
  },
  async run({ setup, aborts }, folder) {
    const { outcome } = await undisturbed(setup);
    let whole = false;
    for (const abort of aborts) whole ||= await abortOnce(setup, folder, abort);
    if (!whole) whole = await fitTiny(setup, folder);
    if (!whole) throw new Fault('lost', 'the fit says that it was aborted, but it was not');
    const found = await readOutcome(folder);
    if (found !== outcome) throw new Fault('lost', `it ended elsewhere than undisturbed:\n${found}\nnot\n${outcome}`);
  },
};
