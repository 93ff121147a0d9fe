import { type MaskValues, parseValues } from '../data/mask-values';
import { checkChoice, checkRange } from '../internal/check';

/** What the pixels of masks mean. */
export interface MaskOptions {
  /**
   * The class of each value, as in `mapMask` of `tfjs-multitask/data`: `{ 0: 0, 127: 1, 255: 2 }`, `{ '#000000': 0, '#ff0000': 1 }`, with
   * `'unknown'` for pixels to leave out. Values are those of the file, spread over 8 bits where it has fewer; of a
   * palette its colours. Default: 0 and 1, or 0 and white, are background and lesion.
   */
  readonly values?: MaskValues | undefined;
  /**
   * Pixels that are brighter, in [0, 1] of the range of the file's number type, are 1, the others 0: for masks with soft
   * edges. Not with `values`. Default: 0.5 for JPEG, whose compression blurs edges; none for files that keep their values.
   */
  readonly threshold?: number | undefined;
  /** Where a mask with transparent pixels lies. Default: one without them in its colours; others are refused. */
  readonly channel?: 'colour' | 'alpha' | undefined;
}

/** Throws for options of masks that make no sense. */
export function checkMaskOptions({ values, threshold, channel }: MaskOptions, name: string): void {
  if (values !== undefined) parseValues(values, name);
  if (threshold !== undefined) checkRange(threshold, 0, 1, `${name}: threshold`);
  if (channel !== undefined) checkChoice(channel, ['colour', 'alpha'], `${name}: channel`);
  if (values !== undefined && threshold !== undefined) {
    throw new RangeError(`${name}: takes values or a threshold, got both.`);
  }
}
