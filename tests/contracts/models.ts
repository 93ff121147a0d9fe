import { ConvEncoder, MLPHead, SegmentationHead, UNetDecoder, UNetEncoder, withDecoder } from '../../src/layers/index';
import {
  amyar2020,
  cnn8,
  deepSupervision,
  multitask,
  segmentThenClassify,
  standardize,
  unet,
} from '../../src/models/index';
import type { MultitaskModel } from '../../src/types';
import { tinyShared } from '../models/sharing/models';
import { WAYS } from '../models/sharing/ways';
import type { NetCase } from './nets';

const SMALL = { inputShape: [8, 8, 1], filters: [2, 3], seed: 3 } as const;

const TWO_NETS = {
  inputShape: [8, 8, 1],
  segment: { task: 'mask', encoder: UNetEncoder({ filters: [2, 3] }), head: UNetDecoder() },
  classify: { task: 'grade', encoder: ConvEncoder({ filters: [2] }), head: MLPHead({ filters: 0, units: [3] }) },
} as const;

const standardized = (input: ReturnType<typeof standardize>): MultitaskModel<string> =>
  multitask({
    inputShape: [8, 8, 1],
    input,
    encoder: UNetEncoder({ filters: [2, 3] }),
    heads: { mask: SegmentationHead() },
    seed: 3,
  });

/** Every model and every way of sharing; a name begins with its export. */
export const MODELS: Record<string, () => MultitaskModel<string>> = {
  multitask: () => tinyShared(undefined),
  'multitask, standardized per image': () => standardized(standardize('image')),
  'multitask, standardized by the training set': () => standardized(standardize({ mean: [0.3], deviation: [0.2] })),
  amyar2020: () => amyar2020({ ...SMALL, dropout: 0.2 }),
  'amyar2020, attention, instance norm': () =>
    amyar2020({ ...SMALL, norm: 'instance', reconstructionSkips: 'attention' }),
  segmentThenClassify: () => segmentThenClassify({ ...TWO_NETS, seed: 3 }),
  'segmentThenClassify, masked image': () => segmentThenClassify({ ...TWO_NETS, sees: 'masked image', seed: 3 }),
  unet: () => unet(SMALL),
  cnn8: () => cnn8({ inputShape: [16, 16, 1], filters: 1, seed: 3 }),
  deepSupervision: () =>
    multitask({
      inputShape: [8, 8, 1],
      encoder: withDecoder(UNetEncoder({ filters: [2, 3, 4] })),
      heads: deepSupervision('mask', SegmentationHead(), 3).heads,
      seed: 3,
    }),
  ...Object.fromEntries(Object.entries(WAYS).map(([name, { sharing }]) => [name, () => tinyShared(sharing)])),
};

/** The nets of them all. */
export const MODEL_NETS: Record<string, NetCase> = Object.fromEntries(
  Object.entries(MODELS).map(([name, make]) => [name, { build: () => make().net }]),
);
