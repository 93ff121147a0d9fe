import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../internal/check-backend';
import { isNode } from '../internal/environment';
import { ownLayers } from '../internal/own-layers';
import { registerLayers } from '../layers/register';
import type { MultitaskModel } from '../types';
import { checkArtifacts } from './check-artifacts';
import { fromLayersModel } from './from-layers-model';
import { fromStandard } from './standard/artifacts';

/** In Node there is no page that a path could stand beside, and `fetch` takes no `file:`. */
function checkAddress(source: string, who: string): void {
  if (!isNode() || /^(https?|data|blob):/i.test(source)) return;
  const folder = source.replace(/^file:\/\//i, '').replace(/[\\/]?[^\\/]*\.json$/i, '') || '.';
  throw new TypeError(
    `${who}: a path in Node is no URL. To load a folder of files, write loadMultitask(fileSystem('${folder}')), with ` +
      "`import { fileSystem } from 'tfjs-multitask/node'`.",
  );
}

async function readArtifacts(source: io.IOHandler | string, who: string): Promise<io.ModelArtifacts> {
  // As `loadLayersModel` finds them: what no handler knows is a path beside the page.
  const known = typeof source === 'string' ? io.getLoadHandlers(source) : [source];
  if (typeof source === 'string' && known.length === 0) checkAddress(source, who);
  const [handler] = typeof source === 'string' ? [...known, io.http(source)] : [source];
  if (typeof handler?.load !== 'function') {
    throw new TypeError(`${who}: expected a URL or an IOHandler that can load, found ${typeof source}.`);
  }
  if (typeof source !== 'string') return handler.load();
  return handler.load().catch((error: Error) => {
    throw new Error(`${who}: expected a saved layers model there, and reading it failed: ${error.message}`, {
      cause: error,
    });
  });
}

/** Where a model is read from, as far as that is known: handlers of files and of addresses have a `path`. */
function placeOf(source: unknown): string | undefined {
  if (typeof source === 'string') return source;
  const path = typeof source === 'object' && source !== null && 'path' in source ? source.path : undefined;
  return typeof path === 'string' ? path : undefined;
}

/** What JavaScript itself says of a config that TensorFlow.js does not expect explains nothing; its sentences have no full stop. */
function reasonOf(error: Error): string {
  const unexplained = (error instanceof TypeError || error instanceof RangeError) && !error.message.endsWith('.');
  return unexplained ? "a layer's config holds what its class does not expect." : error.message;
}

async function build(artifacts: io.ModelArtifacts, who: string): Promise<LayersModel> {
  try {
    const net = await loadLayersModel({ load: async () => artifacts });
    ownLayers(net);
    return net;
  } catch (error) {
    const reason = reasonOf(error as Error);
    throw new Error(`${who}: expected a model that TensorFlow.js can build: ${reason}`, { cause: error });
  }
}

/**
 * Loads a model that `model.net.save` wrote, from an IOHandler or a URL, with the layers that it was trained with: in
 * the file standard layers stand for those of this library.
 *
 * The tasks are the net's outputs; pass `tasks` to check them and to have them in the type.
 *
 * The model can be a stranger's: its topology and its weights are checked before they are used, so that it loads, or is
 * refused, in a time that its length bounds. What a URL returns has no checksum that is looked at; `fileSystem` of
 * `tfjs-multitask/node` verifies the files that it wrote.
 *
 * @throws {RangeError} or TypeError where the topology is not one (unknown layers, a cycle, a call that is not there,
 * two layers of one name), where weights are missing or not as long as they say, and where the net's outputs are not
 * `tasks`, or cannot be tasks.
 * @throws {TypeError} for a path in Node, where folders are `fileSystem(folder)` of `tfjs-multitask/node`.
 * @throws {Error} where it cannot be read or built, or no backend has been chosen.
 * @example
 * ```ts
 * import { loadMultitask } from 'tfjs-multitask/models';
 *
 * const model = await loadMultitask('https://example.org/model.json', ['segmentation', 'classification']);
 * ```
 */
export async function loadMultitask<const T extends string = string>(
  source: io.IOHandler | string,
  tasks?: readonly T[],
): Promise<MultitaskModel<T>> {
  checkBackend('loadMultitask');
  registerLayers();
  const place = placeOf(source);
  const who = place === undefined ? 'loadMultitask' : `loadMultitask: ${place}`;
  const artifacts = await readArtifacts(source, who);
  checkArtifacts(artifacts, who);
  const own = fromStandard(artifacts, who);
  if (own !== artifacts) checkArtifacts(own, `${who}: tfjs_multitask`);
  const net = await build(own, who);
  try {
    return fromLayersModel(net, tasks === undefined ? (net.outputNames as T[]) : tasks);
  } catch (error) {
    net.dispose();
    if (place === undefined) throw error;
    throw new RangeError(`${who}: ${(error as Error).message}`, { cause: error });
  }
}
