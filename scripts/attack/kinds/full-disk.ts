import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Attack, Fault } from '../attack';
import { checkMessage } from '../messages';
import { checkWhole } from '../training/check-whole';
import { fitTiny, readOutcome } from '../training/fit';
import { drawSetup, type Setup } from '../training/setup';
import { undisturbed } from '../training/undisturbed';

interface Input {
  readonly setup: Setup;
  /** Of the small disk. */
  readonly kilobytes: number;
  /** Made read-only in place of full. */
  readonly readOnly: boolean;
}

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** A real file system that is full or read-only, mounted for the case. */
export const fullDisk: Attack<Input> = {
  kind: 'full-disk',
  share: 2,
  async missing() {
    if (process.platform !== 'linux') return 'it mounts a file system, as Linux does';
    if (process.getuid?.() !== 0) return 'only root can mount a file system';
    const probe = join('/tmp', `attack-mount-${process.pid}`);
    await mkdir(probe);
    try {
      mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe);
      execFileSync('umount', [probe]);
      return undefined;
    } catch (error) {
      return `this root may not mount: ${(error as Error).message.trim()}`;
    } finally {
      await rm(probe, { recursive: true });
    }
  },
  draw(random) {
    return { setup: drawSetup(random), kilobytes: 4 * (2 + random.integer(30)), readOnly: random.integer(3) === 0 };
  },
  async run({ setup, kilobytes, readOnly }, folder) {
    const { outcome } = await undisturbed(setup);
    const disk = join(folder, 'disk');
    await mkdir(disk);
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk);
    try {
      if (readOnly) mount('-o', 'remount,ro', disk);
      try {
        await fitTiny(setup, disk);
      } catch (error) {
        checkMessage(error);
        const { message } = error as Error;
        if (!message.includes(disk)) throw new Fault('crash', `an error without the path: ${message}`);
      }
      await checkWhole(disk);
      mount('-o', 'remount,rw,size=16m', disk);
      await writeFile(join(disk, 'room'), 'there is some');
      await fitTiny(setup, disk);
      const found = await readOutcome(disk);
      if (found !== outcome) throw new Fault('lost', `it ended elsewhere:\n${found}\nnot\n${outcome}`);
    } finally {
      execFileSync('umount', [disk]);
    }
  },
};
