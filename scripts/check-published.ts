// Compares encoders that hold published weights with PyTorch, whose numbers are in tests/golden/encoders/published.json:
// npm run check:published -- EFFICIENTNET_LITE0.pth VGG16.onnx china.jpg flower.jpg
// The files are those that make_published.py there names; they are too large to lie in the repository.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NDArray } from 'tfjs-multitask';
import { useBackend } from 'tfjs-multitask/backends';
import { EfficientNetEncoder, preprocessImages, VGG16Encoder } from 'tfjs-multitask/layers';
import { readImage } from 'tfjs-multitask/node';
import { loadWeights, torchEfficientNet, type WeightNames } from 'tfjs-multitask/weights';
import { image } from '../tests/golden/encoders/formula';

interface Level {
  readonly shape: readonly number[];
  readonly largest: number;
  readonly values: readonly number[];
}
interface Golden {
  readonly lite0: Readonly<Record<string, { readonly classes: readonly number[]; readonly logits: readonly number[] }>>;
  readonly vgg16: readonly { readonly size: readonly [number, number]; readonly levels: readonly Level[] }[];
}

const SIDE = 224;
/** Relative to the largest number. */
const TOLERANCE = 1e-4;
/** Of logits: decoders of JPEG differ by a level of a pixel. */
const LOGIT_TOLERANCE = 0.05;

let [passed, failed] = [0, 0];
function check(what: string, holds: boolean): void {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? 'ok' : 'FAILED'}: ${what}`);
}

/** Every so many pixels of the square in the middle, as the golden file's script takes them. */
function square({ data, shape }: NDArray): Float32Array {
  const [height, width] = shape;
  const side = Math.min(height, width);
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  const at = (i: number): number => Math.floor((i * side) / SIDE);
  const pixels = new Float32Array(SIDE * SIDE * 3);
  for (let i = 0; i < pixels.length; i++) {
    const [y, x, channel] = [Math.floor(i / (3 * SIDE)), Math.floor(i / 3) % SIDE, i % 3];
    pixels[i] = data[((top + at(y)) * width + left + at(x)) * 3 + channel];
  }
  return pixels;
}

async function checkClasses(path: string, pictures: readonly string[], golden: Golden['lite0']): Promise<void> {
  const x = input({ shape: [SIDE, SIDE, 3] });
  const { bottleneck } = EfficientNetEncoder({ variant: 'lite0', preprocess: true })(x, 'encoder', 1);
  const means = layers.globalAveragePooling2d({ name: 'means' }).apply(bottleneck) as SymbolicTensor;
  const net = model({
    inputs: x,
    outputs: layers.dense({ units: 1000, name: 'classes' }).apply(means) as SymbolicTensor,
  });
  const own = torchEfficientNet('lite0') as (name: string, shape: readonly number[]) => string | null | undefined;
  const from: WeightNames = (name, shape) => {
    if (name.startsWith('_fc.')) return name.replace('_fc.', 'classes/');
    const found = own(name, shape);
    return typeof found === 'string' ? `encoder/${found}` : found;
  };
  await loadWeights(net, path, { from, keep: ['encoder/preprocess'] });
  for (const picture of pictures) {
    const expected = golden[basename(picture)];
    const pixels = tensor4d(square(await readImage(picture, { channels: 3 })), [1, SIDE, SIDE, 3]);
    const logits = await (net.predict(pixels) as Tensor).data<'float32'>();
    const top = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, expected.classes.length);
    check(
      `EfficientNet-Lite0 of ${basename(picture)}: classes ${top.slice(0, 3)}`,
      String(top.slice(0, 3)) === String(expected.classes.slice(0, 3)),
    );
    const furthest = Math.max(...expected.classes.map((k, i) => Math.abs(logits[k] - expected.logits[i])));
    check(`its logits within ${LOGIT_TOLERANCE}: ${furthest.toFixed(4)}`, furthest < LOGIT_TOLERANCE);
  }
}

async function checkFeatures(path: string, golden: Golden['vgg16']): Promise<void> {
  for (const { size, levels } of golden) {
    const x = input({ shape: [...size, 3] });
    const { skips, bottleneck } = VGG16Encoder()(x, 'encoder', 1);
    const net = model({ inputs: x, outputs: [...skips, bottleneck] });
    const from: WeightNames = (name) => {
      const [, layer, part] = /^functional_1\/(block\d_conv\d)_1\/(convolution|Squeeze)/.exec(name) ?? [];
      return layer === undefined ? null : `encoder/${layer}/${part === 'Squeeze' ? 'bias' : 'kernel'}`;
    };
    await loadWeights(net, path, { from });
    const found = net.predict(preprocessImages(image(...size), 'caffe')) as Tensor[];
    for (const [i, { shape, largest, values }] of levels.entries()) {
      const numbers = await found[i].data<'float32'>();
      const at = (k: number): number => Math.floor((k * numbers.length) / values.length);
      const furthest = Math.max(...values.map((value, k) => Math.abs(numbers[at(k)] - value))) / largest;
      const fits = String(found[i].shape.slice(1)) === String(shape);
      check(
        `VGG16 of ${size}, level ${i + 1} within ${TOLERANCE}: ${furthest.toExponential(1)}`,
        fits && furthest < TOLERANCE,
      );
    }
  }
}

const [lite0, vgg16, ...pictures] = process.argv.slice(2);
if (pictures.length === 0) throw new Error('check:published -- EFFICIENTNET_LITE0.pth VGG16.onnx china.jpg flower.jpg');
const golden: Golden = JSON.parse(
  await readFile(new URL('../tests/golden/encoders/published.json', import.meta.url), 'utf8'),
);
console.log(`backend: ${await useBackend()}`);
await checkClasses(lite0, pictures, golden.lite0);
await checkFeatures(vgg16, golden.vgg16);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
