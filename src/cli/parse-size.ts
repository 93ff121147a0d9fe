import { InvalidArgumentError } from 'commander';

/** Reads `256x256`. */
export function parseSize(text: string): readonly [height: number, width: number] {
  const [, height, width] = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(text) ?? [];
  if (width === undefined) throw new InvalidArgumentError('It must be height and width, such as 256x256.');
  return [Number(height), Number(width)];
}
