import type { Shape } from '@tensorflow/tfjs-layers';

/** Throws unless a layer got several inputs of one shape. */
export function checkInputShapes(inputShapes: Shape | Shape[], caller: string): asserts inputShapes is Shape[] {
  // tfjs passes the shape of a single input without a list around it.
  const shapes = (Array.isArray(inputShapes[0]) ? inputShapes : [inputShapes]) as Shape[];
  if (shapes.length < 2) throw new RangeError(`${caller}: there must be at least 2 inputs, got ${shapes.length}.`);
  const other = shapes.find((shape) => shape.join() !== shapes[0].join());
  if (other === undefined) return;
  const [a, b] = [shapes[0], other].map((shape) => shape.slice(1).join(', '));
  throw new RangeError(`${caller}: all inputs must have one shape, got [${a}] and [${b}].`);
}
