import { describe, expect, it } from 'vitest';
import { byteBudget } from '../../src/node/byte-budget';

/** Lets all begin that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a byte budget', () => {
  it('lets readers begin in turn as far as there is room', async () => {
    const newShare = byteBudget(10);
    const begun: number[] = [];
    const shares = [4, 5, 2, 1, 10].map((bytes, i) => {
      const share = newShare();
      void share.take(bytes, 'image').then(() => begun.push(i));
      return share;
    });
    await settle();
    expect(begun).toEqual([0, 1]); // 4 + 5; the last but one would fit, but is not its turn
    shares[0].free();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const i of [1, 2]) shares[i].free();
    await settle();
    expect(begun).toHaveLength(4); // 10 need all of it
    shares[3].free();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('gives back once', async () => {
    const newShare = byteBudget(10);
    const first = newShare();
    await first.take(10, 'image');
    first.free();
    first.free();
    await newShare().take(6, 'image');
    let begun = false;
    void newShare()
      .take(6, 'image')
      .then(() => {
        begun = true;
      });
    await settle();
    expect(begun).toBe(false);
  });

  it('refuses what would never have room, and waits for nothing then', async () => {
    const newShare = byteBudget(10);
    await expect(newShare().take(11, 'data/a.png')).rejects.toThrow(
      'data/a.png: expected an image whose pixels take at most 10 bytes, found 11; raise byteLimit if the file can be trusted.',
    );
    await newShare().take(10, 'image');
  });
});
