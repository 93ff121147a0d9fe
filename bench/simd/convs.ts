import { conv2d, dispose, engine, ready, setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { amyar2020 } from 'tfjs-multitask/models';
import { random } from '../../src/internal/random';
import type { Size } from './step';

/** A convolution of the model, and the speed of its three passes. */
export interface ConvSpeed {
  /** `[height, width]` of its input. */
  readonly image: readonly [number, number];
  /** `[height, width, maps in, maps out]`. */
  readonly filter: readonly [number, number, number, number];
  /** How many the model has of them. */
  readonly count: number;
  /** 10^9 operations (a product and a sum are two) a second, as if each were done. */
  readonly gflops: Readonly<Record<Pass, number>>;
}

export type Pass = 'forward' | 'input' | 'filter';

type Shape = Pick<ConvSpeed, 'image' | 'filter'>;

const TURN_MS = 150;

/** The different convolutions of the model, in the order in which they come. */
function shapesOf({ image, maps }: Size): (Shape & { count: number })[] {
  const { net, dispose: end } = amyar2020({ inputShape: [image, image, 1], filters: maps, seed: 1 });
  const found = new Map<string, Shape & { count: number }>();
  for (const layer of net.layers) {
    if (layer.getClassName() !== 'Conv2D') continue;
    const [, height, width] = layer.inboundNodes[0].inputShapes[0] as number[];
    const filter = layer.getWeights()[0].shape as unknown as ConvSpeed['filter'];
    const key = [height, width, filter].join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { image: [height, width], filter, count: 1 });
    else known.count++;
  }
  end();
  return [...found.values()];
}

/** Median milliseconds of an op, over what fits into a moment but at least three times, after one that is not counted. */
async function timeOp(op: () => Tensor): Promise<number> {
  const times: number[] = [];
  for (let total = 0, i = 0; i < 4 || (total < TURN_MS && i < 50); i++) {
    const start = performance.now();
    const result = op();
    await result.data();
    const took = performance.now() - start;
    result.dispose();
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
  for (const { image, filter, count } of shapesOf(size)) {
    const [rows, columns, from, to] = filter;
    const inputShape: [number, number, number, number] = [size.batch, ...image, from];
    const [x, w, dy] = [fill(inputShape), fill([...filter]), fill([size.batch, ...image, to])];
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dimRoundingMode: null };
    const kernel = (name: string, inputs: Record<string, Tensor>, more: object) => () =>
      engine().runKernel(name, inputs, { ...attrs, ...more } as never) as Tensor;
    const operations = 2 * size.batch * image[0] * image[1] * rows * columns * from * to;
    const speed = async (op: () => Tensor) => operations / (await timeOp(op)) / 1e6;
    const gflops = {
      forward: await speed(() => conv2d(x, w, 1, 'same')),
      input: await speed(kernel('Conv2DBackpropInput', { dy, filter: w }, { inputShape })),
      filter: await speed(kernel('Conv2DBackpropFilter', { x, dy }, { filterShape: [...filter] })),
    };
    dispose([x, w, dy]);
    speeds.push({ image, filter, count, gflops });
    onShape(`${image.join('x')}, ${filter.join('x')}`);
  }
  return speeds;
}
