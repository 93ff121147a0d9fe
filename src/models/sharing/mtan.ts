import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { conv } from '../../layers/blocks/conv';
import { fit } from '../../layers/blocks/fit';
import { NORMS, type Norm } from '../../layers/blocks/norm';
import { apply } from '../../layers/core/apply';
import type { Features } from '../../types';
import type { Sharing } from './sharing';

/** Options of {@link mtan}. */
export interface MtanOptions {
  /** After each convolution of the attention. Default: `'batch'`, as in the source. */
  readonly norm?: Norm | undefined;
}

/** A convolution 3x3 to the channels of `to` and a max-pooling to its size. */
function bring(from: SymbolicTensor, to: SymbolicTensor, norm: Norm, level: number, task: string, seed?: number) {
  const name = `${task}/down${level}`;
  const [, height, width, filters] = to.shape as number[];
  const x = conv({ filters, kernelSize: 3, norm, activation: 'relu' }, from, name, 1, seed);
  const [, above, across] = from.shape as number[];
  const poolSize: [number, number] = [Math.round(above / height), Math.round(across / width)];
  const pooling = layers.maxPooling2d({ name: `${name}/pool`, poolSize, padding: 'same' });
  const pooled = Math.max(...poolSize) === 1 ? x : apply(pooling, x);
  return fit(pooled, to, level, name, 'mtan');
}

function attend({ skips, bottleneck }: Features, norm: Norm, name: string, seed?: number): Features {
  const seen: SymbolicTensor[] = [];
  for (const [i, shared] of [...skips, bottleneck].entries()) {
    const block = `${name}/attention${i + 1}`;
    const finer = seen.at(-1);
    let x = shared;
    if (finer) {
      const brought = bring(finer, shared, norm, i + 1, name, seed);
      x = apply(layers.concatenate({ name: `${block}/concat` }), [shared, brought]);
    }
    const filters = shared.shape[3] as number;
    x = conv({ filters, kernelSize: 1, norm, activation: 'relu' }, x, block, 1, seed);
    x = conv({ filters, kernelSize: 1, norm, activation: 'sigmoid' }, x, block, 2, seed);
    seen.push(apply(layers.multiply({ name: `${block}/masked` }), [x, shared]));
  }
  return { skips: seen.slice(0, -1), bottleneck: seen[seen.length - 1] };
}

/**
 * Multi-task attention network: one encoder for all tasks, and for each task an attention mask on the feature map of
 * every level, `f_j = a_j * p_j` with `a_j = sigmoid(conv1x1(relu(conv1x1([p_j, d(f_(j-1))]))))`.
 *
 * `p_j` is the shared feature map of level j, and `d` a convolution 3x3 (ReLU) and max-pooling to its size, with
 * a border of zeros where the encoder does not pad.
 *
 * Layers: `encoder/...`, and for each task `encoder/task/attention1/...`, `encoder/task/down2/...`, .... A step runs
 * the encoder once, and the attention of the tasks that have labels. The source's masks see the first feature map of
 * each level of the encoder and weigh the last one; here they see the last one too.
 * Source: Liu, Johns, Davison, 2019, doi:10.1109/CVPR.2019.00197.
 *
 * @throws {RangeError} for an unknown norm.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { mtan, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: mtan({ norm: 'instance' }),
 * });
 * ```
 */
export function mtan(options: MtanOptions = {}): Sharing {
  checkOptions(options, ['norm'], 'mtan');
  const { norm = 'batch' } = options;
  checkChoice(norm, NORMS, 'mtan: norm');
  return (input, encoder, tasks, seed) => {
    const features = encoder(input, 'encoder', seed);
    return tasks.map((task) => attend(features, norm, `encoder/${task}`, seed));
  };
}
