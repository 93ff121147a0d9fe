import {
  conv2d,
  dispose,
  engine,
  image as images,
  type Rank,
  randomUniform,
  ready,
  setBackend,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { amyar2020 } from 'tfjs-multitask/models';
import { timeOp } from '../../packages/backend-simd/bench/time-op';
import type { Size } from './step';

/** A convolution of the model, and the speed of its three passes. */
export interface ConvSpeed {
  /** `[height, width]` of its input. */
  readonly image: readonly [number, number];
  /** `[height, width, channels of the input, filters]`. */
  readonly filter: readonly [number, number, number, number];
  /** Whether its input is an image half as high and wide, each of whose pixels stands for two by two. */
  readonly upsampled: boolean;
  /** How many the model has of them. */
  readonly count: number;
  /** 10^9 operations (a product and a sum are two) a second, as if each were done. */
  readonly gflops: Readonly<Record<Pass, number>>;
}

export type Pass = 'forward' | 'input' | 'filter';

type Conv = Omit<ConvSpeed, 'gflops'>;

/** The different convolutions of the model, in the order in which they come. */
function convsOf({ image, filters }: Size): Conv[] {
  const { net, dispose: end } = amyar2020({ inputShape: [image, image, 1], filters, seed: 1 });
  const found = new Map<string, Conv>();
  for (const layer of net.layers) {
    if (layer.getClassName() !== 'Conv2D') continue;
    const [node] = layer.inboundNodes;
    const [, height, width] = node.inputShapes[0] as number[];
    const filter = layer.getWeights()[0].shape as unknown as ConvSpeed['filter'];
    const upsampled = node.inboundLayers[0].getClassName() === 'UpSampling2D';
    const key = [height, width, filter, upsampled].join();
    found.set(key, { image: [height, width], filter, upsampled, count: (found.get(key)?.count ?? 0) + 1 });
  }
  end();
  return [...found.values()];
}

/** Measures every convolution of the paper's model at one size. */
export async function measureConvs(backend: string, size: Size, onShape: (done: string) => void): Promise<ConvSpeed[]> {
  await setBackend(backend);
  await ready();
  const fill = (shape: [number, number, number, number]) => randomUniform<Rank.R4>(shape, -0.5, 0.5, 'float32', 1);
  const speeds: ConvSpeed[] = [];
  for (const conv of convsOf(size)) {
    const { image, filter, upsampled } = conv;
    const [height, width] = image;
    const [rows, columns, from, to] = filter;
    const inputShape: [number, number, number, number] = [size.batch, height, width, from];
    const [w, dy] = [fill([...filter]), fill([size.batch, height, width, to])];
    const source = upsampled ? fill([size.batch, height / 2, width / 2, from]) : fill(inputShape);
    const input = (): Tensor4D => (upsampled ? images.resizeNearestNeighbor(source, [height, width]) : source);
    const kernel = (name: string, inputs: Record<string, Tensor>, more: object) =>
      engine().runKernel(name, inputs, more as never) as Tensor;
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dimRoundingMode: null };
    const inputGradient = () => {
      const dx = kernel('Conv2DBackpropInput', { dy, filter: w }, { ...attrs, inputShape });
      if (!upsampled) return dx;
      const resize = { alignCorners: false, halfPixelCenters: false };
      return kernel('ResizeNearestNeighborGrad', { images: source, dy: dx }, resize);
    };
    const filterGradient = () =>
      kernel('Conv2DBackpropFilter', { x: input(), dy }, { ...attrs, filterShape: [...filter] });
    const operations = 2 * size.batch * height * width * rows * columns * from * to;
    const speed = async (op: () => Tensor) => operations / (await timeOp(op)) / 1e6;
    const gflops = {
      forward: await speed(() => conv2d(input(), w, 1, 'same')),
      input: await speed(inputGradient),
      filter: await speed(filterGradient),
    };
    dispose([source, w, dy]);
    speeds.push({ ...conv, gflops });
    onShape(`${image.join('x')}, ${filter.join('x')}${upsampled ? ', upsampled' : ''}`);
  }
  return speeds;
}
