import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Random } from 'tfjs-multitask/data';
import { loadMultitask } from 'tfjs-multitask/models';
import { fileSystem, loadCheckpoint, readArchive, readImage } from 'tfjs-multitask/node';
import { type Attack, Fault } from '../attack';
import { damageFile, drawEdits, type Edit } from '../edits';
import { readOrRefuse } from '../messages';
import { fitTiny, readOutcome } from '../training/fit';
import { undisturbed } from '../training/undisturbed';
import { copyWholeRun, WHOLE_SETUP } from '../training/whole-run';

const TARGETS = ['checkpoints', 'model.json', 'weights', 'archive', 'image', 'beside'] as const;

interface Input {
  readonly target: (typeof TARGETS)[number];
  /** For each file in turn: of checkpoints the newest first. */
  readonly edits: readonly (readonly Edit[])[];
}

type Read = (path: string) => Promise<unknown>;

/** The topology and the weights of a saved model. */
const readModel: Read = async (path) => {
  const model = await loadMultitask(fileSystem(path));
  try {
    const weights = await Promise.all(model.net.getWeights().map((weight) => weight.data()));
    return { topology: model.net.toJSON(undefined, false), tasks: model.tasks, weights };
  } finally {
    model.dispose();
  }
};

/** Reads a file before and after it is damaged: the same comes out, or an error that names it. */
async function readDamaged(read: Read, path: string, damaged: string, edits: readonly Edit[]): Promise<void> {
  const before = await read(path);
  await damageFile(damaged, edits);
  const after = await readOrRefuse(() => read(path), path);
  if (after !== undefined && !isDeepStrictEqual(after, before)) {
    throw new Fault('silent', `${basename(damaged)} was damaged, and something else was read from it`);
  }
}

/** Of damaged checkpoints the newest that is whole is read, and those after it are named. */
async function readCheckpoints(folder: string, edits: Input['edits']): Promise<void> {
  const names = (await readdir(folder)).sort().reverse();
  const files = names.map((name) => join(folder, name));
  const states = await Promise.all(files.map(readArchive));
  const whole = await Promise.all(files.map((file, i) => edits[i] === undefined || damageFile(file, edits[i])));
  const expected = whole.indexOf(true);

  const found = await readOrRefuse(
    () => loadCheckpoint(folder),
    names.find((name) => existsSync(join(folder, name))),
  );
  if (expected < 0) {
    if (found !== undefined) throw new Fault('silent', `all checkpoints were damaged, and ${found.file} was read`);
    return;
  }
  if (found === undefined) throw new Fault('lost', `${names[expected]} is whole, but was not read`);
  if (!isDeepStrictEqual(found.state, states[expected])) {
    throw new Fault('silent', `${names[expected]} is the newest that is whole, ${found.file} was read`);
  }
  const skipped = found.skipped.map(({ file }) => basename(file));
  const unnamed = names.slice(0, expected).find((name) => existsSync(join(folder, name)) && !skipped.includes(name));
  if (unnamed !== undefined) throw new Fault('silent', `${unnamed} was damaged and skipped, but is not named`);
}

/** Files that are only written: a run that goes on replaces them, whatever became of them. */
async function writeAgain(folder: string, edits: Input['edits']): Promise<void> {
  // Without its newest checkpoints the run has steps left.
  for (const name of (await readdir(join(folder, 'run'))).sort().slice(1)) await rm(join(folder, 'run', name));
  const files = ['log.csv', 'history.json', 'losses.png'];
  for (const [i, edit] of edits.entries()) await damageFile(join(folder, files[i]), edit);
  const calm = await undisturbed(WHOLE_SETUP);
  if ((await readOrRefuse(() => fitTiny(WHOLE_SETUP, folder), folder)) === undefined) return;
  const found = await readOutcome(folder);
  if (found !== calm.outcome)
    throw new Fault('silent', `what was written again differs:\n${found}\nnot\n${calm.outcome}`);
}

/** Cut, flipped, zeroed, appended to: no file that the library writes is read as something else than was written. */
export const damage: Attack<Input> = {
  kind: 'damage',
  share: 180,
  draw(random: Random) {
    // The last needs a fit, which takes longer.
    const target = random.integer(20) === 0 ? 'beside' : TARGETS[random.integer(TARGETS.length - 1)];
    const several = target === 'checkpoints' || target === 'beside';
    return {
      target,
      edits: Array.from({ length: several ? 1 + random.integer(3) : 1 }, () => drawEdits(random, true)),
    };
  },
  async run({ target, edits }, folder) {
    await copyWholeRun(folder);
    const at = (...names: string[]): string => join(folder, ...names);
    if (target === 'checkpoints') return readCheckpoints(at('run'), edits);
    if (target === 'beside') return writeAgain(folder, edits);
    if (target === 'archive') return readDamaged(readArchive, at('data.tfmt'), at('data.tfmt'), edits[0]);
    if (target === 'image') return readDamaged((path) => readImage(path), at('deep.png'), at('deep.png'), edits[0]);
    const [weights] = (await readdir(at('model'))).filter((name) => name.endsWith('.bin'));
    return readDamaged(
      readModel,
      at('model', 'model.json'),
      at('model', target === 'weights' ? weights : target),
      edits[0],
    );
  },
};
