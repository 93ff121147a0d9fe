import { serialization } from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  model as layersModel,
  type SymbolicTensor,
  input as symbolicInput,
} from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../internal/check';
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
import { apply } from '../layers/core/apply';
import { StopGradient } from '../layers/stop-gradient';
import type { Encoder, Head, MultitaskModel } from '../types';
import { fromLayersModel } from './from-layers-model';
import { disposeUnused } from './sharing/dispose-unused';
import { checkOutputNames } from './tasks';

/** One of the two nets of {@link segmentThenClassify}. */
export interface NetOfTask<T extends string> {
  /** The name of its task. */
  readonly task: T;
  readonly encoder: Encoder;
  readonly head: Head;
}

/** Options of {@link segmentThenClassify}. */
export interface SegmentThenClassifyOptions<S extends string, C extends string> {
  /** `[height, width, channels]` of one image. */
  readonly inputShape: readonly number[];
  /** The net that sees the image. Its head returns masks of the image's size. */
  readonly segment: NetOfTask<S>;
  /** The net that sees what `sees` says. */
  readonly classify: NetOfTask<C>;
  /**
   * `'image and mask'`: the image with the predicted masks as further channels; `'masked image'`: the image times the predicted mask, of which
   * there must be one, so that an encoder of as many channels as the image has fits. Default: `'image and mask'`.
   */
  readonly sees?: 'image and mask' | 'masked image' | undefined;
  /** Names the net. Default: `'segmentThenClassify'`. */
  readonly name?: string | undefined;
  /** Makes the initial weights and the dropout masks reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

const PARTS = ['segmenter', 'classifier'] as const;

function checkNetOfTask(net: NetOfTask<string>, name: string): void {
  checkRecord(net, name);
  checkText(net.task, `${name}.task`);
  checkFunction(net.encoder, `${name}.encoder`, 'UNetEncoder()');
  checkFunction(net.head, `${name}.head`, 'MLPHead()');
  checkCalled(net.encoder, `${name}.encoder`);
  checkCalled(net.head, `${name}.head`);
}

function build(
  { task, encoder, head }: NetOfTask<string>,
  part: (typeof PARTS)[number],
  x: SymbolicTensor,
  seed: number | undefined,
): SymbolicTensor {
  const features = encoder(x, part, seed);
  checkFeatures(features, `segmentThenClassify: what the encoder of '${task}' returns`);
  const output = head(features, task, seed);
  checkSymbolic(output, `segmentThenClassify: what the head of '${task}' returns`);
  if (output.sourceLayer.name === task) return output;
  throw new RangeError(
    `segmentThenClassify: the head of '${task}' must end in a layer named '${task}', got '${output.sourceLayer.name}'.`,
  );
}

/** What the classifier is given. */
function seen(image: SymbolicTensor, masks: SymbolicTensor, sees: 'image and mask' | 'masked image'): SymbolicTensor {
  const [, height, width, channels] = masks.shape;
  if (masks.shape.length !== 4 || height !== image.shape[1] || width !== image.shape[2]) {
    throw new RangeError(
      `segmentThenClassify: the masks must have the image's size, ${image.shape[1]} x ${image.shape[2]}, got [${masks.shape.slice(1)}].`,
    );
  }
  const given = apply(new StopGradient({ name: 'given' }), masks);
  if (sees === 'image and mask') return apply(layers.concatenate({ name: 'seen' }), [image, given]);
  if (channels === 1) return apply(layers.multiply({ name: 'seen' }), [image, given]);
  throw new RangeError(
    `segmentThenClassify: sees 'masked image' takes one mask, got ${channels} channels; take 'image and mask'.`,
  );
}

/**
 * Two nets one behind the other: a segmenter, and a classifier that sees the image and the mask which the segmenter predicts.
 *
 * They share no weight, and the class does not train the segmenter: what sharing is to be compared with, on the same data by the same trainer.
 *
 * `[batch, ...inputShape]` -> the output of each head. Layers: `input`, `segmenter/...`, `task/...` and the output `task` of the
 * segmentation, `given` (no gradient), `seen`, `classifier/...`, and those of the class. Both train at once; to train one after the other
 * give the segmentation's labels alone (`selectTasks`), then `freeze(model, { part: 'segmenter' })` and its task, then train with all.
 *
 * @throws {Error} where no backend has been chosen.
 * @throws {RangeError} for a shape that is not of positive integers, names that cannot be tasks, masks of another size than the image, and
 * several masks for a masked image.
 * @throws {TypeError} where a net has no encoder or head.
 * @example
 * ```ts
 * import { ConvEncoder, MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { segmentThenClassify } from 'tfjs-multitask/models';
 *
 * const model = segmentThenClassify({
 *   inputShape: [32, 32, 1],
 *   segment: { task: 'lesion', encoder: UNetEncoder({ filters: [4, 8] }), head: UNetDecoder() },
 *   classify: { task: 'covid', encoder: ConvEncoder({ filters: [4, 8] }), head: MLPHead({ filters: 0, units: [8] }) },
 * });
 * ```
 */
export function segmentThenClassify<const S extends string, const C extends string>(
  options: SegmentThenClassifyOptions<S, C>,
): MultitaskModel<S | C> {
  checkOptions(options, ['inputShape', 'segment', 'classify', 'sees', 'name', 'seed'], 'segmentThenClassify');
  const { inputShape, segment, classify, sees = 'image and mask', name = 'segmentThenClassify', seed } = options;
  checkNetOfTask(segment, 'segmentThenClassify: segment');
  checkNetOfTask(classify, 'segmentThenClassify: classify');
  const tasks = [segment.task, classify.task];
  checkOutputNames(tasks, 'segmentThenClassify');
  for (const task of tasks) {
    if (!([...PARTS, 'given', 'seen'] as string[]).includes(task)) continue;
    throw new RangeError(`segmentThenClassify: a task may not be named as a layer of every such model, got '${task}'.`);
  }
  checkArray(inputShape, 'segmentThenClassify: inputShape');
  for (const size of inputShape) checkInteger(size, 1, 'segmentThenClassify: inputShape');
  checkChoice(sees, ['image and mask', 'masked image'], 'segmentThenClassify: sees');
  checkText(name, 'segmentThenClassify: name');
  checkBackend('segmentThenClassify');
  serialization.registerClass(StopGradient);
  const image = symbolicInput({ shape: [...inputShape], name: 'input' });
  let net: LayersModel | undefined;
  try {
    const masks = build(segment, 'segmenter', image, seed);
    const label = build(classify, 'classifier', seen(image, masks, sees), seed);
    net = layersModel({ inputs: image, outputs: [masks, label], name });
  } finally {
    disposeUnused(image, net);
  }
  return fromLayersModel<S | C>(net, [segment.task, classify.task]);
}
