import { checkChoice } from '../internal/check';
import { checkArray, checkRecord } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { type Random, random } from '../internal/random';
import type { AnyTask, NDArray, Sample, SomeTasks } from '../types';
import { type Affine, compose, identity, warp } from './affine';
import type { Augmentation, Showing } from './batches';
import { imageShape } from './check-image';
import type { LabelWeight } from './stack-weights';

/** Moves the image: draws where each point of the output comes from. */
export interface GeometricPiece {
  readonly kind: 'geometric';
  draw(random: Random, height: number, width: number): Affine;
}

/** Changes the values of the image only: returns new values for `[height, width, channels]`. */
export interface IntensityPiece {
  readonly kind: 'intensity';
  apply(image: NDArray, random: Random): NDArray;
}

/** What {@link augment} is made of. */
export type AugmentPiece = GeometricPiece | IntensityPiece;

/**
 * How a label is transformed: `'mask'` moves with the image, nearest pixel; `'image'` moves with it, bilinear;
 * `'input'` is the augmented image itself; `'keep'` stays.
 */
export type LabelKind = 'mask' | 'image' | 'input' | 'keep';

/** Options of {@link augment}. */
export interface AugmentOptions<T extends string> {
  /** Default: 0. */
  readonly seed?: number | undefined;
  /**
   * Default: `'image'` for a label that is the sample's own image, so that the target of a reconstruction is the clean
   * moved image while the input has noise and holes (with `'input'` the target has them, too); `'mask'` for any other
   * label `[height, width, channels]`; `'keep'` for the rest.
   */
  readonly labelKinds?: SomeTasks<T, LabelKind> | undefined;
  /** The value of an image outside of its frame. Default: 0. */
  readonly fill?: number | undefined;
}

const everywhere =
  (value: number) =>
  ({ shape }: NDArray): number[] =>
    new Array(shape[2]).fill(value);

/** 0; the first class where the channels of a mask add up to 1 in every pixel, so that each still belongs to a class. */
function background(mask: NDArray): number[] {
  const { data, shape } = mask;
  const channels = shape[2];
  const outside = everywhere(0)(mask);
  if (channels === 1) return outside;
  for (let i = 0; i < data.length; i += channels) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[i + c];
    if (Math.abs(sum - 1) > 1e-5) return outside;
  }
  outside[0] = 1;
  return outside;
}

const kinds: readonly LabelKind[] = ['mask', 'image', 'input', 'keep'];

/**
 * Augments an image and its labels together.
 *
 * The geometric pieces become one affine transform, so that the image is interpolated once and every spatial label
 * moves with it; the intensity pieces then change the image alone, in their order. What is drawn depends on (`seed`,
 * epoch, sample id, repeat, place of the piece) alone. A sample that nothing moves keeps its exact values.
 *
 * Outside of the frame a mask is 0, or the first class, the background, where its channels add up to 1 in every pixel
 * (one-hot). A weight for each element moves with its label, to the nearest pixel, and is 0 outside of the frame: what
 * is there is unknown. A label that is kept keeps its weight.
 *
 * @throws {RangeError} if a label or a weight that moves differs from the image in height or width.
 * @throws {TypeError} for a piece that is none, such as `flipHorizontal` without the call.
 * @example
 * ```ts
 * import { augment, batches, cutout, flipHorizontal, intensity, rotate, scale, shift } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 4, normal: 4 }, size: 32, masks: 2 });
 * const trainSet = batches(dataset, {
 *   augment: augment([flipHorizontal(), rotate(10), shift(0.05), scale(0.1), intensity(), cutout()], { seed: 1 }),
 * });
 * ```
 */
export function augment<T extends string = AnyTask>(
  pieces: readonly AugmentPiece[],
  options: AugmentOptions<T> = {},
): Augmentation<T> {
  checkOptions(options, ['seed', 'labelKinds', 'fill'], 'augment');
  const { seed = 0, labelKinds = {} as SomeTasks<T, LabelKind>, fill = 0 } = options;
  checkArray(pieces, 'augment: pieces');
  for (const [i, piece] of pieces.entries()) {
    if (piece?.kind === 'geometric' || piece?.kind === 'intensity') continue;
    throw new TypeError(
      `augment: piece ${i} must be one such as flipHorizontal() returns, got ${typeof piece === 'function' ? 'a function: call it' : piece}.`,
    );
  }
  if (!Number.isFinite(fill)) throw new RangeError(`augment: fill must be a finite number, got ${fill}.`);
  checkRecord(labelKinds, 'augment: labelKinds');
  for (const task of Object.keys(labelKinds) as T[])
    checkChoice(labelKinds[task] as LabelKind, kinds, `augment: labelKinds.${task}`);

  const transform = (sample: Sample<T>, { id, epoch, repeat }: Showing): Sample<T> => {
    const [height, width] = imageShape(sample.x, `augment: x of sample '${id}'`);
    const streams = pieces.map((_, place) => random(seed, 'augment', epoch, id, repeat, place));
    let affine = identity;
    pieces.forEach((piece, place) => {
      if (piece.kind === 'geometric') affine = compose(affine, piece.draw(streams[place], height, width));
    });
    const still = affine.every((value, i) => value === identity[i]);
    const move = (image: NDArray, method: 'bilinear' | 'nearest', outside: (image: NDArray) => number[]): NDArray =>
      still ? image : warp(image, affine, method, outside(image));
    const moveImage = (image: NDArray): NDArray => move(image, 'bilinear', everywhere(fill));
    const checkSize = (array: NDArray, what: string): void => {
      const [ownHeight, ownWidth] = imageShape(array, `augment: ${what} of sample '${id}'`);
      if (ownHeight === height && ownWidth === width) return;
      throw new RangeError(
        `augment: ${what} of sample '${id}' is ${ownHeight} x ${ownWidth}, but its image ${height} x ${width}; ` +
          "resize it, or name the task in labelKinds as 'keep'.",
      );
    };

    const clean = moveImage(sample.x);
    const x = pieces.reduce(
      (image, piece, place) => (piece.kind === 'intensity' ? piece.apply(image, streams[place]) : image),
      clean,
    );
    const y: { [K in T]?: NDArray | undefined } = {};
    const weight: { [K in T]?: LabelWeight | undefined } = { ...sample.weight };
    for (const task of Object.keys(sample.y) as T[]) {
      const label = sample.y[task];
      if (!label) continue;
      const isInput = label.data === sample.x.data;
      const kind = labelKinds[task] ?? (isInput ? 'image' : label.shape.length === 3 ? 'mask' : 'keep');
      if (kind === 'keep') {
        y[task] = label;
        continue;
      }
      if (kind !== 'input') checkSize(label, `'${task}'`);
      if (kind === 'mask') y[task] = move(label, 'nearest', background);
      else y[task] = kind === 'input' ? x : isInput ? clean : moveImage(label);
      const map = weight[task];
      if (typeof map !== 'object') continue;
      checkSize(map, `the weight of '${task}'`);
      weight[task] = move(map, 'nearest', everywhere(0));
    }
    return { x, y, ...(sample.weight && { weight }) } as Sample<T>;
  };
  return Object.assign(transform, { tasks: Object.keys(labelKinds) as T[] });
}
