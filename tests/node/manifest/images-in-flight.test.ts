import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { manifestDataset } from '../../../src/node/manifest/manifest-dataset';
import { paperColumns } from '../../../src/node/manifest/paper-columns';
import { writePng } from '../../../src/node/write-png';
import { temporaryDirectory } from '../temporary-directory';

const path = temporaryDirectory();

const SIDE = 32;
/** One channel of 8 bits and one of Float32. */
const BYTES = SIDE * SIDE * (1 + 4);

async function open(byteLimit?: number) {
  for (let i = 0; i < 8; i++) {
    await writePng(path(`${i}.png`), { data: new Uint8Array(SIDE * SIDE).fill(10 * i), shape: [SIDE, SIDE, 1] });
    const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => (at < 32 * i ? 255 : 0));
    await writePng(path(`${i}-mask.png`), { data: mask, shape: [SIDE, SIDE, 1] });
  }
  const rows = Array.from({ length: 8 }, (_, i) => `${i}.png,${i}-mask.png,1`);
  await writeFile(path('manifest.csv'), `image,mask,covid\n${rows.join('\n')}\n`);
  return manifestDataset(path(), { ...paperColumns(), size: [4, 4], byteLimit });
}

/** The most images that were decoded at once while `work` ran. */
async function mostAtOnce(work: () => Promise<unknown>): Promise<number> {
  const prototype = Object.getPrototypeOf(sharp());
  const { toBuffer } = prototype;
  let [now, most] = [0, 0];
  vi.spyOn(prototype, 'toBuffer').mockImplementation(async function (this: Sharp, options: unknown) {
    now++;
    most = Math.max(most, now);
    try {
      return await toBuffer.call(this, options);
    } finally {
      now--;
    }
  });
  try {
    await work();
  } finally {
    vi.restoreAllMocks();
  }
  return most;
}

describe('manifestDataset', () => {
  it('keeps the pixels of all images that are read at once below byteLimit', async () => {
    const dataset = await open(2 * BYTES + 1);
    const readAll = async (from: typeof dataset) => Promise.all(from.rows.map((_, i) => from.read(i)));
    expect(await mostAtOnce(() => readAll(dataset))).toBe(2);
    const unlimited = await open();
    expect(await mostAtOnce(() => readAll(unlimited))).toBe(8);
    expect(await readAll(dataset)).toEqual(await readAll(unlimited));
  });

  it('goes on after an image that cannot be read', async () => {
    const dataset = await open(BYTES);
    await writeFile(path('0.png'), 'no image');
    await writePng(path('1.png'), { data: new Uint8Array(4 * SIDE * SIDE), shape: [2 * SIDE, 2 * SIDE, 1] });
    const outcomes = await Promise.allSettled(dataset.rows.map((_, i) => dataset.read(i)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', ...Array(6).fill('fulfilled')]);
    expect((outcomes[1] as PromiseRejectedResult).reason.message).toBe(
      `${path('1.png')}: expected an image whose pixels take at most ${BYTES} bytes, found ${4 * BYTES}; ` +
        'raise byteLimit if the file can be trusted.',
    );
    expect(await mostAtOnce(() => dataset.read(2))).toBe(1);
  });

  it('refuses a byteLimit that is none', async () => {
    await expect(open(0)).rejects.toThrow('manifestDataset: byteLimit must be an integer of at least 1, got 0.');
  });
});
