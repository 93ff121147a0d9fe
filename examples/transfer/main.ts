// Transfer: a pretrained encoder gets a new head for a folder of your images. The head is trained first, on features that the frozen
// encoder computes once; then both, the encoder with a tenth of the steps.
import { join } from 'node:path';
import { train } from '@tensorflow/tfjs-core';
import { useBackend } from 'tfjs-multitask/backends';
import { batches, split } from 'tfjs-multitask/data';
import { MLPHead, MobileNetV2Encoder } from 'tfjs-multitask/layers';
import { crossEntropy } from 'tfjs-multitask/losses';
import { accuracy } from 'tfjs-multitask/metrics';
import { cacheFeatures, freeze, multitask, unfreeze } from 'tfjs-multitask/models';
import { featureFolder, imageFolder, progressBar } from 'tfjs-multitask/node';
import { createTrainer } from 'tfjs-multitask/train';
import { loadWeights, pretrained } from 'tfjs-multitask/weights';
import { exampleArguments } from '../support/arguments';
import { temporaryFolder, writePhantoms, writeRandomWeights } from '../support/transfer-files';

const { tiny, backend, data, weights } = exampleArguments();
const [side, width, epochs, perClass] = tiny ? [32, 0.35, 1, 8] : [96, 1, 5, 60];
console.log('backend:', await useBackend(backend));
const folder = await temporaryFolder();

const size = [side, side] as const;
const dataset = await imageFolder(data ?? (await writePhantoms(join(folder, 'images'), perClass, side)), {
  size,
  oneHot: true,
});
const { train: rows, test } = split(dataset.rows, { fractions: { train: 0.7, test: 0.3 }, seed: 1 });
const trainSet = batches(dataset, { indices: rows, batchSize: 8, seed: 1 });
const testSet = batches(dataset, { indices: test, batchSize: 8, shuffle: false });

const model = multitask({
  inputShape: [side, side, 1],
  encoder: MobileNetV2Encoder({ width, preprocess: true }),
  heads: { class: MLPHead({ filters: 0, units: [32], outputs: dataset.classes.length, activation: 'softmax' }) },
  seed: 1,
});
const random = () => writeRandomWeights(join(folder, 'random.safetensors'), model.net, 'encoder/');
const source = weights ?? (tiny ? await random() : await pretrained('mobilenetv2-imagenet-keras'));
console.log('weights:', (await loadWeights(model, source, { prefix: 'encoder/' })).filled.length);

const losses = { class: crossEntropy() };
const metrics = { class: { accuracy: accuracy() } };

console.log(`\n1. The head, on features of the frozen encoder: ${dataset.classes.join(', ')}`);
freeze(model);
const rest = await cacheFeatures(model, dataset, { store: featureFolder(join(folder, 'features')) });
const first = createTrainer(rest.model, { optimizer: train.adam(1e-3), losses });
await first.fit(batches(rest.dataset, { indices: rows, batchSize: 8, seed: 1 }), {
  epochs,
  callbacks: [progressBar()],
});

console.log('\n2. All of it');
unfreeze(model, { from: 4 });
const second = createTrainer(model, { optimizer: train.adam(1e-3), losses, metrics, learningRates: { encoder: 0.1 } });
console.log('accuracy on the test images:', (await second.evaluate(testSet)).class.accuracy.toFixed(3));
await second.fit(trainSet, { epochs, callbacks: [progressBar()] });
console.log('accuracy on the test images:', (await second.evaluate(testSet)).class.accuracy.toFixed(3));
