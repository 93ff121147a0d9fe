import {
  conv2d,
  dispose,
  engine,
  image as images,
  ready,
  setBackend,
  slice,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { amyar2020 } from 'tfjs-multitask/models';
import { random } from '../../src/internal/random';
import type { Size } from './step';

/** A convolution of the model, and the speed of its three passes. */
export interface ConvSpeed {
  /** `[height, width]` of its input. */
  readonly image: readonly [number, number];
  /** `[height, width, maps in, maps out]`. */
  readonly filter: readonly [number, number, number, number];
  /** Whether its input is an image half as high and wide, each of whose pixels stands for two by two. */
  readonly doubled: boolean;
  /** How many the model has of them. */
  readonly count: number;
  /** 10^9 operations (a product and a sum are two) a second, as if each were done. */
  readonly gflops: Readonly<Record<Pass, number>>;
}

export type Pass = 'forward' | 'input' | 'filter';

type Conv = Omit<ConvSpeed, 'gflops'>;

const TURN_MS = 300;

/** The different convolutions of the model, in the order in which they come. */
function convsOf({ image, maps }: Size): Conv[] {
  const { net, dispose: end } = amyar2020({ inputShape: [image, image, 1], filters: maps, seed: 1 });
  const found = new Map<string, Conv>();
  for (const layer of net.layers) {
    if (layer.getClassName() !== 'Conv2D') continue;
    const [node] = layer.inboundNodes;
    const [, height, width] = node.inputShapes[0] as number[];
    const filter = layer.getWeights()[0].shape as unknown as ConvSpeed['filter'];
    const doubled = node.inboundLayers[0].getClassName() === 'UpSampling2D';
    const key = [height, width, filter, doubled].join();
    found.set(key, { image: [height, width], filter, doubled, count: (found.get(key)?.count ?? 0) + 1 });
  }
  end();
  return [...found.values()];
}

/**
 * Median milliseconds of an op, over what fits into a moment but at least three times, after one that is not counted. One number
 * of the result is waited for: to copy them all would take as long as many a convolution.
 */
async function timeOp(op: () => Tensor): Promise<number> {
  const times: number[] = [];
  for (let total = 0, i = 0; i < 4 || (total < TURN_MS && i < 200); i++) {
    const start = performance.now();
    const result = op();
    const one = slice(
      result,
      result.shape.map(() => 0),
      result.shape.map(() => 1),
    );
    await one.data();
    const took = performance.now() - start;
    dispose([result, one]);
    if (i === 0) continue;
    times.push(took);
    total += took;
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** Measures every convolution of the paper's model at one size. */
export async function measureConvs(backend: string, size: Size, onShape: (done: string) => void): Promise<ConvSpeed[]> {
  await setBackend(backend);
  await ready();
  const stream = random(1);
  const fill = (shape: [number, number, number, number]) => {
    const length = shape.reduce((product, n) => product * n, 1);
    return tensor4d(
      Float32Array.from({ length }, () => stream.uniform() - 0.5),
      shape,
    );
  };
  const speeds: ConvSpeed[] = [];
  for (const conv of convsOf(size)) {
    const { image, filter, doubled } = conv;
    const [height, width] = image;
    const [rows, columns, from, to] = filter;
    const inputShape: [number, number, number, number] = [size.batch, height, width, from];
    const [w, dy] = [fill([...filter]), fill([size.batch, height, width, to])];
    const source = doubled ? fill([size.batch, height / 2, width / 2, from]) : fill(inputShape);
    const input = (): Tensor4D => (doubled ? images.resizeNearestNeighbor(source, [height, width]) : source);
    const kernel = (name: string, inputs: Record<string, Tensor>, more: object) =>
      engine().runKernel(name, inputs, more as never) as Tensor;
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dimRoundingMode: null };
    const inputGradient = () => {
      const dx = kernel('Conv2DBackpropInput', { dy, filter: w }, { ...attrs, inputShape });
      if (!doubled) return dx;
      const resize = { alignCorners: false, halfPixelCenters: false };
      return kernel('ResizeNearestNeighborGrad', { images: source, dy: dx }, resize);
    };
    const filterGradient = () =>
      kernel('Conv2DBackpropFilter', { x: input(), dy }, { ...attrs, filterShape: [...filter] });
    const operations = 2 * size.batch * height * width * rows * columns * from * to;
    const speed = async (op: () => Tensor) => operations / (await timeOp(() => tidy(op))) / 1e6;
    const gflops = {
      forward: await speed(() => conv2d(input(), w, 1, 'same')),
      input: await speed(inputGradient),
      filter: await speed(filterGradient),
    };
    dispose([source, w, dy]);
    speeds.push({ ...conv, gflops });
    onShape(`${image.join('x')}, ${filter.join('x')}${doubled ? ', doubled' : ''}`);
  }
  return speeds;
}
