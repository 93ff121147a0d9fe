import {
  type LayersModel,
  model as layersModel,
  type SymbolicTensor,
  input as symbolicInput,
} from '@tensorflow/tfjs-layers';
import { checkInteger } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { checkCalled } from '../internal/check-called';
import {
  checkArray,
  checkFeatures,
  checkFunction,
  checkRecord,
  checkSymbolic,
  checkText,
} from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Builder, ByTask, Encoder, Head, MultitaskModel, OutputKind, SomeTasks } from '../types';
import { fromLayersModel } from './from-layers-model';
import { disposeUnused } from './sharing/dispose-unused';
import { hardSharing } from './sharing/hard-sharing';
import type { Sharing } from './sharing/sharing';
import { checkOutputNames } from './tasks';

/** Options of {@link multitask}. */
export interface MultitaskOptions<T extends string> {
  /** Of one sample: `[height, width, channels]` for images. */
  readonly inputShape: readonly number[];
  /** What is done to the input before the encoder, with layers `input/...`: {@link standardize}. Default: nothing. */
  readonly input?: Builder<SymbolicTensor, SymbolicTensor> | undefined;
  /** Shared by all tasks, in the way that `sharing` says. */
  readonly encoder: Encoder;
  /** One head for each task, by the task's name. */
  readonly heads: ByTask<T, Head>;
  /** How the tasks share the encoder. Default: `hardSharing()`, one encoder for all. */
  readonly sharing?: Sharing | undefined;
  /** What the outputs of these tasks hold, as in `fromLayersModel`. Default: what their last activation says. */
  readonly outputs?: SomeTasks<NoInfer<T>, OutputKind> | undefined;
  /** Names the net. Default: `'multitask'`. */
  readonly name?: string | undefined;
  /** Makes the initial weights and the dropout masks reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

/**
 * A model of an encoder that the tasks share and one head for each task.
 *
 * `[batch, ...inputShape]` -> the output of each head. Layers: `input`, `encoder/...`, and for each task `task/...` and
 * the output `task`.
 * Source: Caruana, "Multitask learning", 1997, doi:10.1023/A:1007379606734.
 *
 * @throws {Error} where no backend has been chosen.
 * @throws {RangeError} for a shape that is not of positive integers, for names that cannot be tasks (a letter followed
 * by letters, digits, '_' or '-'; not 'loss', 'input' or 'encoder') and for a head whose last layer does not have the
 * task's name.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [128, 128, 1],
 *   encoder: UNetEncoder({ filters: [16, 32, 64, 128], norm: 'instance' }),
 *   heads: {
 *     lesion: UNetDecoder({ channels: 3, activation: 'softmax' }),
 *     severity: MLPHead({ units: [64], activation: 'linear' }),
 *   },
 * });
 * ```
 */
export function multitask<T extends string>(options: MultitaskOptions<T>): MultitaskModel<T> {
  checkOptions(options, ['inputShape', 'input', 'encoder', 'heads', 'sharing', 'outputs', 'name', 'seed'], 'multitask');
  const {
    inputShape,
    input: prepare,
    encoder,
    heads,
    sharing = hardSharing(),
    outputs,
    name = 'multitask',
    seed,
  } = options;
  checkRecord(heads, 'multitask: heads');
  const tasks = Object.keys(heads) as T[];
  checkOutputNames(tasks, 'multitask');
  checkArray(inputShape, 'multitask: inputShape');
  if ([null, undefined, -1].includes(inputShape[0])) {
    throw new RangeError(
      `multitask: inputShape is that of one sample; leave out the batch axis, the ${inputShape[0]} in front.`,
    );
  }
  if (prepare !== undefined) checkFunction(prepare, 'multitask: input', "standardize('image')");
  checkFunction(encoder, 'multitask: encoder', 'UNetEncoder()');
  for (const task of tasks) checkFunction(heads[task], `multitask: heads.${task}`, 'MLPHead()');
  checkFunction(sharing, 'multitask: sharing', 'hardSharing()');
  checkCalled(encoder, 'multitask: encoder');
  for (const task of tasks) checkCalled(heads[task], `multitask: heads.${task}`);
  checkCalled(sharing, 'multitask: sharing');
  checkText(name, 'multitask: name');
  checkBackend('multitask');
  for (const size of inputShape) checkInteger(size, 1, 'multitask: inputShape');
  const input = symbolicInput({ shape: [...inputShape], name: 'input' });
  const build = (): LayersModel => {
    const prepared = prepare === undefined ? input : prepare(input, 'input', seed);
    checkSymbolic(prepared, 'multitask: what input returns');
    const features = sharing(prepared, encoder, tasks, seed);
    const outputs = tasks.map((task, i) => {
      checkFeatures(features[i], `multitask: what the encoder returns for '${task}'`);
      const output = heads[task](features[i], task, seed);
      checkSymbolic(output, `multitask: what the head of '${task}' returns`);
      if (output.sourceLayer.name !== task) {
        throw new RangeError(
          `multitask: the head of '${task}' must end in a layer named '${task}', got '${output.sourceLayer.name}'.`,
        );
      }
      return output;
    });
    return layersModel({ inputs: input, outputs, name });
  };
  let net: LayersModel | undefined;
  try {
    net = build();
  } finally {
    disposeUnused(input, net);
  }
  return fromLayersModel(net, tasks, outputs === undefined ? {} : { outputs });
}
