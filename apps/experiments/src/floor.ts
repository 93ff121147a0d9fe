import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from 'tfjs-multitask/backends';
import { writeJson } from 'tfjs-multitask/node';
import { describe } from './floor/candidates';
import { featuresAt } from './floor/features';
import { imagesOf, runFloor } from './floor/run-floor';
import { findMixedSource, openImages } from './images/images';
import { prepareSplits } from './images/prepare';
import { CLASS_PLACES } from './training/pretrained/vgg16-model';
import { findVgg16 } from './weights/vgg16-file';

const HELP = `Classifies by a logistic regression on averaged feature maps of the frozen VGG16: what trained networks are to beat.

  npm run floor -- --data DIR [options]

  --data DIR          a folder with a manifest.csv of images
  --out DIR           the folder of the experiments, whose split and features are shared  (runs/experiments-pretrained)
  --sizes A,B         input sizes                                                       (224,320)
  --weights FILE      of the encoder; default: what "npm run fetch-vgg16" keeps
  --help
`;

const SPLIT_SEED = 1;
const COMPARED_AT = 64;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { data: text, out: text, sizes: text, weights: text, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.data === undefined) throw new Error('--data is missing: a folder with a manifest.csv of images.');
  const data = resolve(values.data);
  const out = resolve(values.out ?? 'runs/experiments-pretrained');
  const sizes = (values.sizes ?? '224,320').split(',').map((size) => {
    if (/^\d+$/.test(size.trim())) return Number(size);
    throw new RangeError(`--sizes must be whole numbers, got '${size}'.`);
  });
  const weights = await findVgg16(values.weights);
  await useBackend('simd', { onNotice: console.warn });
  const images = await openImages({ data, phantoms: 0 }, COMPARED_AT);
  const source = findMixedSource(images.infos);
  if (source === null) throw new Error(`${data}: expected a source with images of both classes, found none.`);
  const options = { out, onError: 'fail', splitSeed: SPLIT_SEED, official: 'test' } as const;
  const [{ split }] = await prepareSplits(images, options, () => undefined);
  const { train, test } = imagesOf(split, images.infos, source);
  const features = new Map<number, Map<string, Float32Array>>();
  for (const size of sizes) {
    console.log(`Features of ${train.length + test.length} images of ${source} at ${size} px`);
    const ids = [...train, ...test].map(({ id }) => id);
    features.set(size, await featuresAt(size, ids, { data, out, weights }));
  }
  const record = await runFloor({ source, train, test, features, places: CLASS_PLACES, onNotice: console.log });
  await writeJson(join(out, 'floor.json'), record);
  const { calibrated, plain } = record.result;
  const [auc, low, high] = [plain.auc, plain.low, plain.high].map((value) => (100 * value).toFixed(1));
  console.log(`\nChosen by folds of the training images: ${describe(record.chosen)}, penalty ${record.chosen.penalty}`);
  console.log(`On ${test.length} test images: AUC ${auc} % (95 % interval ${low} to ${high})`);
  for (const [name, { brier, calibrationError }] of Object.entries({ 'as it is': plain, calibrated })) {
    console.log(`${name}: Brier score ${brier.toFixed(3)}, calibration error ${calibrationError.toFixed(3)}`);
  }
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
