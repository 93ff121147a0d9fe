import { checkFunction, checkText, kindOf } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { isNode } from '../../internal/environment';
import { didYouMean, nearest } from '../../internal/nearest';
import { inFolder } from './cache-folder';
import { inStorage } from './cache-storage';
import type { DownloadProgress } from './download';
import type { PretrainedWeights } from './pretrained-weights';
import { type PretrainedName, PUBLISHED, type Published } from './published';

/** Options of {@link pretrained}. */
export interface PretrainedOptions {
  /** The folder, in Node. Default: `$TFJS_MULTITASK_CACHE`, else the user's folder for such files. */
  readonly cache?: string | undefined;
  /** An address in place of the publisher's, which the file's name is put behind. Default: the publisher's. */
  readonly mirror?: string | undefined;
  /** Called as bytes come. Default: nothing. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the download, which in Node the next call goes on with. Default: nothing stops it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches weights that Keras or torchvision publish, trained on ImageNet, for an encoder of the same network, and keeps
 * them: the next call finds them.
 *
 * A download that was cut goes on where it was, in Node in the next call too; a file gets its name once all of it is there
 * and its checksum is the published one (Keras names none for MobileNetV2), which is looked at again in each call. Several
 * processes may ask for one file at once. The weights' licences are their publishers'.
 *
 * @throws {RangeError} for an unknown option, and for a name that is not known.
 * @throws {TypeError} for options of another kind.
 * @throws {Error} that has the address where it cannot be fetched, and in Node the path to put the file at.
 * @example
 * ```ts
 * import { openWeights, pretrained } from 'tfjs-multitask/weights';
 *
 * const { file } = await pretrained('resnet50-imagenet-keras', { onProgress: ({ loaded }) => console.log(loaded) });
 * const weights = await openWeights(file);
 * console.log(weights.tensors.length);
 * weights.close();
 * ```
 */
export async function pretrained(name: PretrainedName, options: PretrainedOptions = {}): Promise<PretrainedWeights> {
  checkText(name, 'pretrained: name');
  checkOptions(options, ['cache', 'mirror', 'onProgress', 'signal'], 'pretrained');
  const { cache, mirror, onProgress, signal } = options;
  if (!Object.hasOwn(PUBLISHED, name)) {
    const names = Object.keys(PUBLISHED);
    const hint = didYouMean(nearest(name, names));
    throw new RangeError(`pretrained: unknown weights '${name}'.${hint} There are ${names.join(', ')}.`);
  }
  if (cache !== undefined) checkText(cache, 'pretrained: cache');
  if (mirror !== undefined) checkText(mirror, 'pretrained: mirror');
  if (onProgress !== undefined)
    checkFunction(onProgress, 'pretrained: onProgress', '({ loaded }) => console.log(loaded)');
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`pretrained: signal must be an AbortSignal, got ${kindOf(signal)}.`);
  }
  const published: Published = PUBLISHED[name];
  const { url: home, from, ignore } = published;
  const url = mirror === undefined ? home : `${mirror.replace(/\/$/, '')}/${home.slice(home.lastIndexOf('/') + 1)}`;
  const file = isNode()
    ? await inFolder(name, published, url, { folder: cache, onProgress, signal })
    : await inStorage(name, published, url, { onProgress, signal });
  return { name, url, file, from, ignore };
}
