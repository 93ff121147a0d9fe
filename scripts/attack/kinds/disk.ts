import { type Attack, Fault } from '../attack';
import { type OperationName, watchFiles } from '../faulty-files';
import { checkMessage } from '../messages';
import { checkWhole } from '../training/check-whole';
import { fitTiny, readOutcome } from '../training/fit';
import { drawSetup, type Setup } from '../training/setup';
import { undisturbed } from '../training/undisturbed';

const CODES = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'read-only file system',
  EIO: 'i/o error',
  EMFILE: 'too many open files',
} as const;
const OPERATIONS = ['open', 'handle.writeFile', 'handle.sync', 'handle.close', 'rename', 'rm', 'mkdir'] as const;

interface Input {
  readonly setup: Setup;
  readonly code: keyof typeof CODES;
  /** The first operation that fails, as a share of those of this name in a whole run. */
  readonly operation: OperationName;
  readonly at: number;
  /** Whether all operations fail from there on, as on a full disk, or that one. */
  readonly stays: boolean;
}

/** A fit whose disk fails says so, with the path, and leaves what was written; it goes on once there is room. */
export const disk: Attack<Input> = {
  kind: 'disk',
  share: 10,
  draw(random) {
    const oneOf = <V>(values: readonly V[]): V => values[random.integer(values.length)];
    return {
      setup: drawSetup(random),
      code: oneOf(Object.keys(CODES) as (keyof typeof CODES)[]),
      operation: oneOf(OPERATIONS),
      at: random.uniform(),
      stays: random.integer(2) === 0,
    };
  },
  async run({ setup, code, operation, at, stays }, folder) {
    const calm = await undisturbed(setup);
    const number = Math.floor(at * (calm.operations.get(operation) ?? 0));
    let failing = false;
    let failed = false;
    const restore = await watchFiles(folder, async (now) => {
      if (now.name === operation && now.number === number) failing = true;
      // A disk that is full lets files be closed and removed.
      const spared = now.name !== operation && ['handle.close', 'rm'].includes(now.name);
      if (!failing || spared) return now.run();
      failing = stays;
      failed = true;
      if (now.name === 'handle.close') await now.run();
      else await now.half();
      const where = now.path === undefined ? '' : ` '${now.path}'`;
      throw Object.assign(new Error(`${code}: ${CODES[code]}, ${now.name}${where}`), { code });
    });
    let thrown: unknown;
    try {
      await fitTiny(setup, folder);
    } catch (error) {
      thrown = error;
    } finally {
      restore();
    }
    if (thrown !== undefined) {
      checkMessage(thrown);
      const { message } = thrown as Error;
      if (!message.includes(folder) || !message.includes(code)) {
        throw new Fault('crash', `an error without the path and ${code}: ${message}`);
      }
    } else if (failed && stays) {
      throw new Fault('silent', `${code} at ${operation} number ${number} and after, and no error`);
    }
    await checkWhole(folder);
    await fitTiny(setup, folder);
    const found = await readOutcome(folder);
    if (found !== calm.outcome) {
      throw new Fault('lost', `it ended elsewhere than undisturbed:\n${found}\nnot\n${calm.outcome}`);
    }
  },
};
