import type { layers } from '@tensorflow/tfjs-layers';
import { checkPlain, checkText } from '../../internal/check-kinds';

/**
 * The options of a layer, for the constructor of the class that it extends. They may hold what TensorFlow.js knows of any
 * layer, which this library has no list of; what comes back from JSON as null was not given.
 *
 * @throws {TypeError} unless they are an object, and their name is a text.
 */
export function readLayerOptions<O extends ConstructorParameters<typeof layers.Layer>[0]>(
  options: O,
  caller: string,
): O {
  checkPlain(options, `${caller}: options`);
  if ((options?.name ?? undefined) !== undefined) checkText(options?.name, `${caller}: name`);
  return options;
}
