import { checkArray } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { mapTasks } from '../internal/map-tasks';
import type { Norm } from '../layers/blocks/norm';
import type { Skips } from '../layers/blocks/up-path';
import { MLPHead } from '../layers/builders/mlp-head';
import { UNetDecoder } from '../layers/builders/unet-decoder';
import { UNetEncoder } from '../layers/builders/unet-encoder';
import { multitask } from '../models/multitask';
import type { Sharing } from '../models/sharing/sharing';
import type { ByTask, Head, MultitaskModel } from '../types';
import { filtersByLevel } from './filters-by-level';

/** The tasks of {@link amyar2020}. */
export type Amyar2020Task = 'reconstruction' | 'segmentation' | 'classification';

const TASKS: readonly Amyar2020Task[] = ['reconstruction', 'segmentation', 'classification'];

/** Options of {@link amyar2020}. */
export interface Amyar2020Options<T extends Amyar2020Task = Amyar2020Task> {
  /** `[height, width, channels]`. Default: `[256, 256, 1]`. */
  readonly inputShape?: readonly [height: number, width: number, channels: number] | undefined;
  /** Filters of the first of five levels, doubled from level to level, or of each level. Default: 64. */
  readonly filters?: number | readonly number[] | undefined;
  /** Any of the three, in the order of the outputs. Default: all. */
  readonly tasks?: readonly T[] | undefined;
  /** After each convolution of the U-Net. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Rate of the dropout after each level of the encoder; the class head keeps its 0.5. Default: 0. */
  readonly dropout?: number | undefined;
  /** Skips into the reconstruction, which they make easy; the paper does not state them. Default: `'concat'`. */
  readonly reconstructionSkips?: Skips | undefined;
  /** How the tasks share the encoder, e.g. `crossStitch()`. Default: one encoder for all, as in the paper. */
  readonly sharing?: Sharing | undefined;
  /** Makes the initial weights and the dropout masks reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

/**
 * The three-task model of the paper: one U-Net encoder; a decoder that reconstructs the image (linear), a decoder that
 * segments the lesions (sigmoid), and a class head (sigmoid).
 *
 * `[batch, height, width, channels]` -> `reconstruction` of the same shape, `segmentation` `[batch, height, width, 1]`,
 * `classification` `[batch, 1]`. 45,458,123 parameters at 256x256x1, 48,603,851 at 512x512x1. The bottleneck is
 * 16x16x1024 at 256 (the paper's 32x32x1024 is that of 512).
 * Source: Amyar, Modzelewski, Ruan, 2020, doi:10.1101/2020.04.16.20064709.
 *
 * @throws {RangeError} for sides that are not multiples of 16, for unknown, repeated or no tasks, and for an option out
 * of its range.
 * @example
 * ```ts
 * import { crossStitch } from 'tfjs-multitask/models';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 *
 * const model = amyar2020({ inputShape: [64, 64, 1], filters: 8, tasks: ['segmentation', 'classification'], seed: 1 });
 * const stitched = amyar2020({ inputShape: [64, 64, 1], filters: 8, sharing: crossStitch(), seed: 1 });
 * ```
 */
export function amyar2020<const T extends Amyar2020Task = Amyar2020Task>(
  options: Amyar2020Options<T> = {},
): MultitaskModel<T> {
  checkOptions(
    options,
    ['inputShape', 'filters', 'tasks', 'norm', 'dropout', 'reconstructionSkips', 'sharing', 'seed'],
    'amyar2020',
  );
  const {
    inputShape = [256, 256, 1],
    filters = 64,
    tasks = TASKS as readonly T[],
    norm = 'none',
    dropout = 0,
    reconstructionSkips = 'concat',
    sharing,
    seed,
  } = options;
  checkArray(inputShape, 'amyar2020: inputShape');
  const heads: ByTask<Amyar2020Task, Head> = {
    reconstruction: UNetDecoder({ channels: inputShape[2], skips: reconstructionSkips, norm, activation: 'linear' }),
    segmentation: UNetDecoder({ norm }),
    classification: MLPHead(),
  };
  for (const task of tasks) {
    if (!TASKS.includes(task)) {
      throw new RangeError(`amyar2020: tasks must be among ${TASKS.join(', ')}; got '${task}'.`);
    }
  }
  if (new Set(tasks).size !== tasks.length) {
    throw new RangeError(`amyar2020: tasks must differ, got ${tasks.join(', ')}.`);
  }
  return multitask({
    inputShape,
    encoder: UNetEncoder({ filters: filtersByLevel(filters, 5), norm, dropout }),
    heads: mapTasks(tasks, (task) => heads[task]),
    sharing,
    name: 'amyar2020',
    seed,
  });
}
