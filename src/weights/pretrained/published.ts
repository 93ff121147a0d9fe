import type { WeightNames } from '../assign/weight-names';
import { torchDenseNet } from '../mapping/torch-densenet';
import { torchResNet } from '../mapping/torch-resnet';
import { torchVgg16 } from '../mapping/torch-vgg16';

/** What a file's content must have: its MD5, or the first digits of its SHA-256. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha256';
  readonly digits: string;
}

/** A file of weights and where it is published. */
export interface Published {
  readonly url: string;
  /** Undefined where the publisher names none. */
  readonly checksum: Checksum | undefined;
  readonly from: WeightNames | 'name';
  readonly ignore: readonly string[];
}

const KERAS = 'https://storage.googleapis.com/tensorflow/keras-applications';
const KERAS_OWN = 'https://storage.googleapis.com/keras-applications';
const TORCH = 'https://download.pytorch.org/models';

/** A file of Keras without dense layers. Addresses and MD5: the sources of Keras 3.15.1, `keras/src/applications`. */
function keras(url: string, md5: string | undefined, ignore: readonly string[] = []): Published {
  const checksum: Checksum | undefined = md5 === undefined ? undefined : { algorithm: 'md5', digits: md5 };
  return { url, checksum, from: 'name', ignore };
}

/** A file of torchvision 0.14.1, whose name has the first digits of its SHA-256. */
function torch(file: string, from: WeightNames): Published {
  const digits = /-([0-9a-f]{8})\.pth$/.exec(file)?.[1] ?? '';
  return { url: `${TORCH}/${file}`, checksum: { algorithm: 'sha256', digits }, from, ignore: [] };
}

const NO_TOP = 'weights_tf_dim_ordering_tf_kernels_notop.h5';
/** The statistics by which Keras's EfficientNets preprocess pixels, which are constants here. */
const EFFICIENT = ['normalization'];

/** All published weights that are known, by name. */
export const PUBLISHED = {
  'vgg16-imagenet-keras': keras(`${KERAS}/vgg16/vgg16_${NO_TOP}`, '6d6bbae143d832006294945121d1f1fc'),
  'resnet50-imagenet-keras': keras(`${KERAS}/resnet/resnet50_${NO_TOP}`, '4d473c1dd8becc155b73f8504c6f6626'),
  'resnet101-imagenet-keras': keras(`${KERAS}/resnet/resnet101_${NO_TOP}`, '88cf7a10940856eca736dc7b7e228a21'),
  'resnet152-imagenet-keras': keras(`${KERAS}/resnet/resnet152_${NO_TOP}`, 'ee4c566cf9a93f14d82f913c2dc6dd0c'),
  'densenet121-imagenet-keras': keras(`${KERAS}/densenet/densenet121_${NO_TOP}`, '30ee3e1110167f948a6b9946edeeb738'),
  'densenet169-imagenet-keras': keras(`${KERAS}/densenet/densenet169_${NO_TOP}`, 'b8c4d4c20dd625c148057b9ff1c1176b'),
  'densenet201-imagenet-keras': keras(`${KERAS}/densenet/densenet201_${NO_TOP}`, 'c13680b51ded0fb44dff2d8f86ac8bb1'),
  'inceptionv3-imagenet-keras': keras(
    `${KERAS}/inception_v3/inception_v3_${NO_TOP}`,
    'bcbd6486424b2319ff4ef7d526e38f63',
  ),
  'inceptionresnetv2-imagenet-keras': keras(
    `${KERAS}/inception_resnet_v2/inception_resnet_v2_${NO_TOP}`,
    'd19885ff4a710c122648d3b5c3b684e4',
  ),
  'mobilenetv2-imagenet-keras': keras(
    `${KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5`,
    undefined,
  ),
  'efficientnetb0-imagenet-keras': keras(
    `${KERAS_OWN}/efficientnetb0_notop.h5`,
    '50bc09e76180e00e4465e1a485ddc09d',
    EFFICIENT,
  ),
  'efficientnetb1-imagenet-keras': keras(
    `${KERAS_OWN}/efficientnetb1_notop.h5`,
    '74c4e6b3e1f6a1eea24c589628592432',
    EFFICIENT,
  ),
  'efficientnetb2-imagenet-keras': keras(
    `${KERAS_OWN}/efficientnetb2_notop.h5`,
    '111f8e2ac8aa800a7a99e3239f7bfb39',
    EFFICIENT,
  ),
  'efficientnetb3-imagenet-keras': keras(
    `${KERAS_OWN}/efficientnetb3_notop.h5`,
    'af6d107764bb5b1abb91932881670226',
    EFFICIENT,
  ),
  'vgg16-imagenet-torch': torch('vgg16-397923af.pth', torchVgg16),
  'resnet18-imagenet-torch': torch('resnet18-f37072fd.pth', torchResNet),
  'resnet34-imagenet-torch': torch('resnet34-b627a593.pth', torchResNet),
  'resnet50-imagenet-torch': torch('resnet50-0676ba61.pth', torchResNet),
  'resnet50-imagenet-torch-v2': torch('resnet50-11ad3fa6.pth', torchResNet),
  'resnet101-imagenet-torch': torch('resnet101-63fe2227.pth', torchResNet),
  'resnet152-imagenet-torch': torch('resnet152-394f9c45.pth', torchResNet),
  'densenet121-imagenet-torch': torch('densenet121-a639ec97.pth', torchDenseNet),
  'densenet169-imagenet-torch': torch('densenet169-b2777c0a.pth', torchDenseNet),
  'densenet201-imagenet-torch': torch('densenet201-c1103571.pth', torchDenseNet),
} as const satisfies Readonly<Record<string, Published>>;

/** The name of published weights: the network, what it was trained on, and whose file it is. */
export type PretrainedName = keyof typeof PUBLISHED;
