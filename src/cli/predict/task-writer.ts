import { resizeImage } from '../../data/resize-image';
import { highest } from '../../internal/highest';
import type { NDArray, Output } from '../../types';

/** A cell of the table of predictions. */
export type Cell = number | string;

/** What of a task's output is written for one image. */
interface Written {
  /** One for each of the columns. */
  readonly cells: readonly Cell[];
  /** A picture, whose path is the last cell, which is blank here. */
  readonly picture?: NDArray | undefined;
}

/** How the output of a task is written. */
export interface TaskWriter {
  readonly columns: readonly string[];
  /** True where each image gets a picture. */
  readonly draws: boolean;
  /** `size`: of the image in its file. */
  write(output: NDArray, size: readonly [height: number, width: number]): Written;
}

/** Nine digits are a float32's, whole. */
const digits = (value: number): number => Number(value.toPrecision(9));

/** Numbers of an image: one, or one for each class, label or quantity; of a distribution also which is the largest. */
function numbersWriter(task: string, { kind, width }: Output): TaskWriter {
  const each = width === 1 ? [task] : Array.from({ length: width }, (_, i) => `${task}_${i}`);
  const isDistribution = kind === 'distribution' && width > 1;
  return {
    columns: isDistribution ? [task, ...each] : each,
    draws: false,
    write: ({ data }) => ({
      cells: [...(isDistribution ? [highest(data, 0, width)] : []), ...Array.from(data, digits)],
    }),
  };
}

type Draw = (image: NDArray) => NDArray;

/** 255 where a probability is above the threshold, 0 elsewhere. */
const mask =
  (threshold: number): Draw =>
  ({ data, shape }) => ({ data: Uint8Array.from(data, (value) => (value > threshold ? 255 : 0)), shape });

/** The number of the class that is most probable. */
const classes: Draw = ({ data, shape: [height, width, count] }) => {
  const numbers = new (count > 256 ? Uint16Array : Uint8Array)(height * width);
  for (let i = 0; i < numbers.length; i++) numbers[i] = highest(data, i * count, count);
  return { data: numbers, shape: [height, width, 1] };
};

const grey: Draw = (image) => image;

/** What a picture of a map shows; undefined where none can be drawn. */
function drawing({ kind, width }: Output, threshold: number | undefined): Draw | undefined {
  const at = threshold ?? 0.5;
  if (kind === 'probability' && width === 1) return mask(at);
  if (kind === 'logit' && width === 1) return mask(Math.log(at / (1 - at)));
  if (kind === 'distribution' && width > 1) return classes;
  return kind === 'value' && (width === 1 || width === 3) ? grey : undefined;
}

/**
 * How a task's output of this shape, without the batch, is written: as numbers, or as a picture of the image's size. Undefined
 * where it is neither.
 */
export function taskWriter(
  task: string,
  output: Output,
  shape: readonly (number | null)[],
  threshold: number | undefined,
): TaskWriter | undefined {
  if (shape.length <= 1) return numbersWriter(task, output);
  const draw = shape.length === 3 ? drawing(output, threshold) : undefined;
  if (draw === undefined) return undefined;
  return {
    columns: [task],
    draws: true,
    write: (map, size) => ({ cells: [''], picture: draw(resizeImage(map, size)) }),
  };
}
