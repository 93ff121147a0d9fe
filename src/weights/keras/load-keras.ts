import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../../internal/check-backend';
import { checkFunction, checkRecord } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { ownLayers } from '../../internal/own-layers';
import { fillNet } from '../assign/fill-net';
import type { KerasH5 } from '../formats/keras-h5';
import { openWeights } from '../open-weights';
import type { WeightSource } from '../source/weight-source';
import type { WeightFile } from '../weight-file';
import { buildNet, type MakeLayer } from './build-net';

/** Options of {@link loadKeras}. */
export interface LoadKerasOptions {
  /**
   * Layers of other classes, by the name of the class: each makes a layer of the config that Keras wrote, under the config's
   * name. Default: none.
   */
  readonly layers?: Readonly<Record<string, MakeLayer>> | undefined;
}

const configOf = (file: WeightFile): string | undefined => ('config' in file ? (file as KerasH5).config : undefined);

/**
 * Loads a whole model of Keras, `.keras` or the older `.h5`, with its weights.
 *
 * Functional and sequential models, also in each other, of layers that TensorFlow.js computes as Keras 3 does. The net
 * computes the same within rounding.
 *
 * @throws {RangeError} for an unknown option; that names layer and class where something would be computed otherwise, and
 * what weights do not fit.
 * @throws {TypeError} for options of another kind, and for a file in no format that is read.
 * @throws {Error} that names the file where it is torn, has no model, or h5wasm is not installed.
 * @example
 * ```ts
 * import { loadKeras } from 'tfjs-multitask/weights';
 *
 * const net = await loadKeras('model.keras');
 * net.outputs[0].shape; // [null, 3]
 * ```
 */
export async function loadKeras(source: WeightSource, options: LoadKerasOptions = {}): Promise<LayersModel> {
  checkOptions(options, ['layers'], 'loadKeras');
  const { layers: own = {} } = options;
  checkRecord(own, 'loadKeras: layers');
  for (const [name, make] of Object.entries(own)) checkFunction(make, `loadKeras: layers.${name}`, '(config) => layer');
  checkBackend('loadKeras');
  const file = await openWeights(source);
  const made: layers.Layer[] = [];
  try {
    const config = configOf(file);
    const who = `loadKeras: ${file.source}`;
    if (config === undefined) {
      throw new Error(
        `${who}: expected a whole model of Keras, found weights alone; build the net and call loadWeights.`,
      );
    }
    const longest = file.tensors.flatMap(({ shape }) => [...shape]).reduce((most, n) => Math.max(most, n), 1);
    const net = buildNet(config, { own, longest, made }, who);
    ownLayers(net);
    const isEmpty = net.weights.length === 0 && file.tensors.length === 0;
    if (!isEmpty)
      fillNet(net, file, { prefix: '', keep: [], from: 'name', ignore: [], strict: true, caller: 'loadKeras' });
    return net;
  } catch (error) {
    for (const layer of made) for (const weight of layer.weights) weight.dispose();
    throw error;
  } finally {
    file.close();
  }
}
