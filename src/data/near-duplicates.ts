import { checkInteger, checkRange } from '../internal/check';
import { checkDataset, checkIndices } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Dataset, NDArray } from '../types';
import { imageShape } from './check-image';
import { resizeImage } from './resize-image';

/** Options of {@link nearDuplicates}. */
export interface NearDuplicatesOptions {
  /** The rows to compare. Default: all. */
  readonly indices?: readonly number[] | undefined;
  /** How many of the 64 bits of the hashes may differ, at the best shift, for a pair to be compared. Default: 10. */
  readonly maxDistance?: number | undefined;
  /** The lowest correlation of the pair's details. Default: 0.82. */
  readonly minCorrelation?: number | undefined;
}

/** Side of the picture whose details are compared, and how far it is moved for that. */
const SIDE = 64;
const COARSE = 16;
const SHIFT = 2;
/**
 * Pairs whose 16 x 16 pictures correlate less are not looked at closely; copies that are moved by 2 pixels correlate
 * more.
 */
const COARSE_CORRELATION = 0.6;
/** How far the picture is moved for its hashes, down and right. */
const MOVES = [-SHIFT, 0, SHIFT].flatMap((down) => [-SHIFT, 0, SHIFT].map((right) => [down, right] as const));

type Hash = readonly [number, number];

interface Signature {
  /** Whether the picture gets darker to the right, at 8 x 8 places: two words of 32 bits. */
  readonly hash: Hash;
  /** The same of the picture as it is moved by each of `MOVES`. */
  readonly movedHashes: readonly Hash[];
  /** The picture at 16 x 16. */
  readonly coarse: Float64Array;
  /** The picture at 64 x 64 without what is left of it at 16 x 16. */
  readonly details: Float64Array;
}

function toGrey(image: NDArray, id: string): NDArray {
  const name = `nearDuplicates: image '${id}'`;
  const [height, width, channels] = imageShape(image, name);
  const bad = image.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`${name} must be finite, got ${image.data[bad]} at ${bad}.`);
  if (channels === 1) return image;
  const data = new Float32Array(height * width);
  for (let i = 0; i < data.length; i++) {
    for (let c = 0; c < channels; c++) data[i] += image.data[i * channels + c] / channels;
  }
  return { data, shape: [height, width, 1] };
}

/** The edge goes on where the picture has moved away. */
function move({ data, shape }: NDArray, down: number, right: number): NDArray {
  const inside = (place: number): number => Math.min(SIDE - 1, Math.max(0, place));
  const from = (_: unknown, i: number): number =>
    data[inside(Math.floor(i / SIDE) - down) * SIDE + inside((i % SIDE) - right)];
  return { data: Float32Array.from({ length: SIDE * SIDE }, from), shape };
}

function hashOf(picture: NDArray): Hash {
  const { data: steps } = resizeImage(picture, [8, 9]);
  const hash: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit++) {
    const at = 9 * (bit >> 3) + (bit & 7);
    if (steps[at] > steps[at + 1]) hash[bit >> 5] |= 1 << (bit & 31);
  }
  return hash;
}

function signatureOf(image: NDArray, id: string): Signature {
  const picture = resizeImage(toGrey(image, id), [SIDE, SIDE]);
  const coarse = resizeImage(picture, [COARSE, COARSE]);
  const { data: blurred } = resizeImage(coarse, [SIDE, SIDE]);
  return {
    hash: hashOf(picture),
    movedHashes: MOVES.map(([down, right]) => hashOf(move(picture, down, right))),
    coarse: Float64Array.from(coarse.data),
    details: Float64Array.from(picture.data, (value, i) => value - blurred[i]),
  };
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** How many bits differ at the best of the moves. */
function distance({ movedHashes }: Signature, { hash: [first, second] }: Signature): number {
  return Math.min(...movedHashes.map(([a, b]) => countBits(a ^ first) + countBits(b ^ second)));
}

/**
 * Pearson's correlation of `a` with `b` moved by (`down`, `right`), over the pixels that both have; 0 for a flat one.
 */
function correlation(a: Float64Array, b: Float64Array, side: number, down = 0, right = 0): number {
  let [n, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0];
  for (let y = Math.max(0, down); y < Math.min(side, side + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(side, side + right); x++) {
      const p = a[y * side + x];
      const q = b[(y - down) * side + x - right];
      n++;
      sumA += p;
      sumB += q;
      sumAA += p * p;
      sumBB += q * q;
      sumAB += p * q;
    }
  }
  const spread = (n * sumAA - sumA ** 2) * (n * sumBB - sumB ** 2);
  return spread > 0 ? (n * sumAB - sumA * sumB) / Math.sqrt(spread) : 0;
}

function sharesDetails(a: Signature, b: Signature, least: number): boolean {
  if (correlation(a.coarse, b.coarse, COARSE) < COARSE_CORRELATION) return false;
  for (let down = -SHIFT; down <= SHIFT; down++) {
    for (let right = -SHIFT; right <= SHIFT; right++) {
      if (correlation(a.details, b.details, SIDE, down, right) >= least) return true;
    }
  }
  return false;
}

/** Joins what pairs connect; returns the groups of two or more, in ascending order. */
function connect(count: number, pairs: Iterable<readonly [number, number]>): number[][] {
  const parent = Array.from({ length: count }, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i];
    return i;
  };
  for (const [a, b] of pairs) {
    const [first, second] = [root(a), root(b)].sort((x, y) => x - y);
    parent[second] = first;
  }
  const groups = new Map<number, number[]>();
  for (let i = 0; i < count; i++) groups.set(root(i), [...(groups.get(root(i)) ?? []), i]);
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * Groups of images that show the same content: copies in another size, window or compression, with burnt-in marks,
 * moved by up to 3 % of a side, and neighbouring slices that hardly differ.
 *
 * They belong on one side of a split: name them as `group`.
 *
 * Two images are near-duplicates when at most `maxDistance` of the 64 bits of their difference hashes (of 9 x 8 pixels)
 * differ, and the details that they have at 64 x 64 beyond 16 x 16 correlate by at least `minCorrelation`, both at a
 * shift of up to 2 of the 64 pixels. Details are compared since whole slices of different chests correlate by 0.97 and
 * more; of 811 real chest slices, copies and neighbouring slices had 0.82 to 0.99, different patients at most 0.82.
 * Pairs that are connected form one group. Returns row indices, ascending. Images are read once, in order; some 35 kB
 * are kept of each. Turned or mirrored copies are not found, nor are flat images. Use images of at least 64 x 64:
 * smaller ones lack the details that distinguish patients.
 *
 * @throws {RangeError} for options out of range and for an image with a value that is not finite.
 * @example
 * ```ts
 * import { nearDuplicates } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, masks: 1 });
 * const groups = await nearDuplicates(dataset);
 * ```
 */
export async function nearDuplicates(
  dataset: Dataset<string>,
  options: NearDuplicatesOptions = {},
): Promise<number[][]> {
  checkOptions(options, ['indices', 'maxDistance', 'minCorrelation'], 'nearDuplicates');
  checkDataset(dataset, 'nearDuplicates: dataset');
  const { indices = dataset.rows.map((_, index) => index), maxDistance = 10, minCorrelation = 0.82 } = options;
  checkInteger(maxDistance, 0, 'nearDuplicates: maxDistance');
  checkRange(minCorrelation, 0, 1, 'nearDuplicates: minCorrelation');
  checkIndices(indices, dataset.rows, 'nearDuplicates: indices');
  const ordered = [...new Set(indices)].sort((a, b) => a - b);
  const signatures: Signature[] = [];
  for (const index of ordered) signatures.push(signatureOf((await dataset.read(index)).x, dataset.rows[index].id));

  function* pairs(): Generator<readonly [number, number]> {
    for (const [i, a] of signatures.entries()) {
      for (let j = 0; j < i; j++) {
        const b = signatures[j];
        if (distance(a, b) <= maxDistance && sharesDetails(a, b, minCorrelation)) yield [j, i];
      }
    }
  }
  return connect(ordered.length, pairs()).map((group) => group.map((i) => ordered[i]));
}
