import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Job } from '../runs/run-job';
import { dataDigest } from './digests';
import { OtherWork } from './other-work';

/** Throws where images or split of a run are others here than where it was asked for. */
export async function checkRunData({ data, split, splitFile }: Job, expected: string): Promise<void> {
  const found = await dataDigest(data);
  if (found !== expected) {
    const [there, here] = [expected, found].map((digest) => digest.slice(0, 12));
    throw new OtherWork(
      `${data}: the images here (${here}) are not those of which the work was made (${there}); use the same data.`,
    );
  }
  if (
    createHash('sha256')
      .update(await readFile(splitFile))
      .digest('hex') !== split
  ) {
    throw new OtherWork(`${splitFile}: the split here is not that of which the work was made; use the same --out.`);
  }
}
