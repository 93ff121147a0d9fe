import { checkChoice, checkInteger } from '../../internal/check';
import { checkArray, checkBoolean } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { checkPath } from '../check-path';
import { checkMaskOptions, type MaskOptions } from '../mask-options';
import { PIXEL_LIMIT } from '../read-image';
import type { ManifestColumns, ManifestTask } from './manifest-columns';

export interface ManifestDatasetOptions<T extends ManifestTask> {
  /** Default: `'manifest.csv'` in the directory. */
  readonly manifest?: string | undefined;
  readonly columns?: ManifestColumns | undefined;
  /** Default: all three. */
  readonly tasks?: readonly T[] | undefined;
  /** Default: `[256, 256]`. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Default: 1. */
  readonly channels?: 1 | 3 | undefined;
  /** A blank mask of an image of class 0 is known to be empty, not unknown. Default: false. */
  readonly negativesAreEmpty?: boolean | undefined;
  /** What the pixels of the masks mean. Default: 0 and 1, or 0 and white, are background and lesion. */
  readonly mask?: MaskOptions | undefined;
  /** As in {@link readImage}. Default: 2^26. */
  readonly pixelLimit?: number | undefined;
  /**
   * Bytes that the pixels of all images and masks that are being read may take together, each channel as stored and as
   * Float32: further ones wait, and one that takes more alone is refused. Default: 2^31.
   */
  readonly byteLimit?: number | undefined;
  /**
   * At opening, check that every file exists (`'files'`), also read every image's header (`'headers'`), or check
   * none of that (`'none'`), so that a missing file is an error when it is read. Default: `'files'`.
   */
  readonly check?: 'none' | 'files' | 'headers' | undefined;
}

const TASKS: readonly ManifestTask[] = ['reconstruction', 'segmentation', 'classification'];

/** The options with their defaults. @throws RangeError for one that is out of range. */
export function completeOptions<T extends ManifestTask>(
  options: ManifestDatasetOptions<T>,
): Required<ManifestDatasetOptions<T>> {
  checkOptions(
    options,
    [
      'manifest',
      'columns',
      'tasks',
      'size',
      'channels',
      'negativesAreEmpty',
      'mask',
      'pixelLimit',
      'byteLimit',
      'check',
    ],
    'manifestDataset',
  );
  const {
    manifest = 'manifest.csv',
    columns = {},
    tasks = TASKS as readonly T[],
    size = [256, 256],
    channels = 1,
    negativesAreEmpty = false,
    mask = {},
    pixelLimit = PIXEL_LIMIT,
    byteLimit = 2 ** 31,
    check = 'files',
  } = options;
  checkPath(manifest, 'manifestDataset: manifest');
  checkOptions(columns, ['image', 'mask', 'page', 'label', 'source', 'group'], 'manifestDataset: columns');
  checkArray(tasks, 'manifestDataset: tasks');
  checkArray(size, 'manifestDataset: size');
  checkBoolean(negativesAreEmpty, 'manifestDataset: negativesAreEmpty');
  for (const task of tasks) checkChoice<ManifestTask>(task, TASKS, 'manifestDataset: tasks');
  checkInteger(size[0], 1, 'manifestDataset: height');
  checkInteger(size[1], 1, 'manifestDataset: width');
  checkOptions(mask, ['values', 'threshold', 'channel'], 'manifestDataset: mask');
  checkMaskOptions(mask, 'manifestDataset: mask');
  checkInteger(pixelLimit, 1, 'manifestDataset: pixelLimit');
  checkInteger(byteLimit, 1, 'manifestDataset: byteLimit');
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`manifestDataset: channels must be 1 or 3, got ${channels}.`);
  }
  checkChoice(check, ['none', 'files', 'headers'], 'manifestDataset: check');
  return { manifest, columns, tasks, size, channels, negativesAreEmpty, mask, pixelLimit, byteLimit, check };
}
