import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Encoder, Head, MultitaskModel } from 'tfjs-multitask';
import { UNetDecoder, VGG16Encoder } from 'tfjs-multitask/layers';
import { multitask } from 'tfjs-multitask/models';
import type { ExperimentTask, RunConfig } from '../../records';
import { pooledHead } from './pooled-head';

/** The root mean square of each stage's feature map on CT slices, rounded: divided by it, maps and skips are of one size. */
const SIZES = [200, 450, 450, 80, 6, 8];
/** Channels of the decoders, finest first: those of the skips themselves would cost five times the encoder. */
const DECODER = [16, 32, 64, 128, 128];
/** The stages of which the class is told: those that did best in folds of COVID-CT's training images. */
const CLASS_LEVELS = [3, 4];
/** Where the classifier's row of features has the means of each level; as many maxima come behind them. */
export const CLASS_PLACES = [
  { level: 3, from: 0, count: 256 },
  { level: 4, from: 512, count: 512 },
];

/** VGG16 with feature maps of about unit size, all of it frozen. */
const scaledVgg16: Encoder = (input, name, seed) => {
  const { skips, bottleneck } = VGG16Encoder({ preprocess: true, frozen: 'all' })(input, name, seed);
  const [coarsest, ...finer] = [...skips, bottleneck]
    .map(
      (map, i) => layers.rescaling({ name: `${name}/scale${i + 1}`, scale: 1 / SIZES[i] }).apply(map) as SymbolicTensor,
    )
    .reverse();
  return { skips: finer.reverse(), bottleneck: coarsest };
};

/** A run's model on VGG16: a U-Net decoder for each task that has an image as output, and a linear classifier. */
export function buildOnVgg16({
  tasks,
  size,
  norm,
  reconstructionSkips,
  seed,
}: RunConfig): MultitaskModel<ExperimentTask> {
  const decoder = { norm, filters: DECODER };
  const skips = reconstructionSkips ? 'concat' : 'none';
  const heads: Record<ExperimentTask, Head> = {
    reconstruction: UNetDecoder({ ...decoder, skips, activation: 'linear' }),
    segmentation: UNetDecoder(decoder),
    classification: pooledHead(CLASS_LEVELS),
  };
  return multitask({
    inputShape: [size, size, 1],
    encoder: scaledVgg16,
    heads: Object.fromEntries(tasks.map((task) => [task, heads[task]])) as Record<ExperimentTask, Head>,
    seed,
  });
}
