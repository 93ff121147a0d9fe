import { checkChoice, checkInteger } from '../../internal/check';
import { checkPair } from '../../internal/check-kinds';
import { PIXEL_LIMIT } from '../read-image';

/** How the images of a folder are read. */
export interface ImageFilesOptions {
  /** All images and masks are resized to it. Default: `[256, 256]`. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Default: 1. */
  readonly channels?: 1 | 3 | undefined;
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

/** Their names. */
export const IMAGE_FILES_OPTIONS = ['size', 'channels', 'pixelLimit', 'byteLimit', 'check'] as const;

/** The options with their defaults. @throws {RangeError} for one that is out of range. */
export function completeImageOptions(
  {
    size = [256, 256],
    channels = 1,
    pixelLimit = PIXEL_LIMIT,
    byteLimit = 2 ** 31,
    check = 'files',
  }: ImageFilesOptions,
  caller: string,
): Required<ImageFilesOptions> {
  checkPair(size, `${caller}: size`);
  checkInteger(size[0], 1, `${caller}: height`);
  checkInteger(size[1], 1, `${caller}: width`);
  if (channels !== 1 && channels !== 3) throw new RangeError(`${caller}: channels must be 1 or 3, got ${channels}.`);
  checkInteger(pixelLimit, 1, `${caller}: pixelLimit`);
  checkInteger(byteLimit, 1, `${caller}: byteLimit`);
  checkChoice(check, ['none', 'files', 'headers'], `${caller}: check`);
  return { size, channels, pixelLimit, byteLimit, check };
}
