import { memory, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { toKeras, toOnnx, toSafetensors } from 'tfjs-multitask/export';
import { loadKeras, loadWeights, openWeights } from 'tfjs-multitask/weights';
import { type Attack, Fault } from '../attack';
import { buildDrawn, type DrawnNet, drawNet, imagesOf } from '../exports/drawn-net';
import { checkMessage, readOrRefuse } from '../messages';

interface Input {
  readonly net: DrawnNet;
  readonly to: 'onnx' | 'keras' | 'safetensors';
  readonly foldBatchNorm: boolean;
  readonly layout: 'NHWC' | 'NCHW';
}

/** Relative to the largest of the values. */
const CLOSE = 1e-3;

function predicted(net: LayersModel, drawn: DrawnNet): readonly number[] {
  const { values, shape } = imagesOf(drawn);
  return tidy(() => [...(net.predict(tensor(values, shape)) as Tensor).dataSync()]);
}

function compare(found: readonly number[], expected: readonly number[], what: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const off = expected.findIndex((value, i) => !(Math.abs(found[i] - value) <= CLOSE * largest));
  if (found.length === expected.length && off < 0) return;
  throw new Fault('silent', `${what} computes ${found[off]} where the net computes ${expected[off]}`);
}

/** Reads the file back: as a whole model, or as weights of the same net with others. */
async function checkFile({ net: drawn, to, foldBatchNorm }: Input, net: LayersModel, bytes: Uint8Array): Promise<void> {
  const expected = predicted(net, drawn);
  if (!expected.every(Number.isFinite)) return;
  if (to === 'keras') {
    const read = await readOrRefuse(() => loadKeras(bytes));
    if (read === undefined) return;
    try {
      compare(predicted(read, drawn), expected, 'the file of Keras');
    } finally {
      read.dispose();
    }
    return;
  }
  if (foldBatchNorm) {
    (await openWeights(bytes)).close();
    return;
  }
  const other = buildDrawn({ ...drawn, seed: drawn.seed + 1 });
  try {
    const read = await readOrRefuse(() => loadWeights(other, bytes));
    if (read !== undefined) compare(predicted(other, drawn), expected, `the net with the weights of ${to}`);
  } finally {
    other.dispose();
  }
}

/** Nets of any layers, options and names, exported: read back as they were, or refused with an error that helps. */
export const exported: Attack<Input> = {
  kind: 'exports',
  share: 30,
  draw(random) {
    return {
      net: drawNet(random),
      to: (['onnx', 'keras', 'safetensors'] as const)[random.integer(3)],
      foldBatchNorm: random.integer(3) === 0,
      layout: random.integer(2) === 0 ? 'NHWC' : 'NCHW',
    };
  },
  async run(input) {
    const { net: drawn, to, foldBatchNorm, layout } = input;
    const before = memory().numTensors;
    const net = buildDrawn(drawn);
    try {
      let bytes: Uint8Array;
      try {
        if (to === 'onnx') bytes = await toOnnx(net, { foldBatchNorm, layout });
        else if (to === 'keras') bytes = await toKeras(net, { foldBatchNorm });
        else [bytes] = await toSafetensors(net, { foldBatchNorm, layout });
      } catch (error) {
        checkMessage(error);
        return;
      }
      await checkFile(input, net, bytes);
    } finally {
      net.dispose();
    }
    const left = memory().numTensors - before;
    if (left > 0) throw new Fault('crash', `${left} tensors are left after an export to ${to}`);
  },
};
