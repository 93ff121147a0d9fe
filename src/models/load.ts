import type { io } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../internal/check-backend';
import { registerLayers } from '../layers/register';
import type { MultitaskModel } from '../types';
import { fromLayersModel } from './from-layers-model';

/**
 * Loads a model that `model.net.save` wrote, from an IOHandler or a URL. The tasks are the net's outputs; pass `tasks`
 * to check them and to have them in the type.
 *
 * @throws Error where no backend has been chosen; RangeError where the net's outputs are not `tasks`, or cannot be tasks.
 * @example
 * const model = await loadMultitask('https://example.org/model.json', ['segmentation', 'classification']);
 */
export async function loadMultitask<const T extends string = string>(
  source: io.IOHandler | string,
  tasks?: readonly T[],
): Promise<MultitaskModel<T>> {
  checkBackend('loadMultitask');
  registerLayers();
  const net = await loadLayersModel(source);
  try {
    return fromLayersModel(net, tasks ?? (net.outputNames as T[]));
  } catch (error) {
    net.dispose();
    throw error;
  }
}
