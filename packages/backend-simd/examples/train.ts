import { setBackend, type Tensor, tensor2d, tensor4d, train, util } from '@tensorflow/tfjs-core';
import { initializers, type Logs, layers, sequential } from '@tensorflow/tfjs-layers';
import { registerSimdBackend } from 'tfjs-backend-simd';

const SIZE = 16;

/** Noisy pictures of one bar, and whether it stands: 1, or lies: 0. */
function drawBars(count: number, seed: string) {
  const pixels = new Float32Array(count * SIZE * SIZE);
  const labels = new Float32Array(count);
  let state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), 2_166_136_261);
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let n = 0; n < count; n++) {
    const standing = n % 2 === 0;
    const place = Math.floor(random() * SIZE);
    const start = Math.floor(random() * (SIZE / 2));
    labels[n] = standing ? 1 : 0;
    for (let i = 0; i < SIZE * SIZE; i++) {
      const [row, column] = [Math.floor(i / SIZE), i % SIZE];
      const [across, along] = standing ? [column, row] : [row, column];
      const inBar = across === place && along >= start && along < start + SIZE / 2;
      pixels[n * SIZE * SIZE + i] = (inBar ? 1 : 0) + 0.3 * random();
    }
  }
  return { x: tensor4d(pixels, [count, SIZE, SIZE, 1]), y: tensor2d(labels, [count, 1]) };
}

/** A convolutional network of plain tfjs-layers. */
function createModel() {
  const initializer = (seed: number) => initializers.glorotUniform({ seed });
  const conv = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const model = sequential({
    layers: [
      layers.conv2d({ ...conv, inputShape: [SIZE, SIZE, 1], filters: 8, kernelInitializer: initializer(1) }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ ...conv, filters: 16, kernelInitializer: initializer(2) }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: initializer(3) }),
    ],
  });
  model.compile({ optimizer: train.adam(3e-3), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Trains on the backend `simd`, tells `log` of every epoch, and returns the losses and the accuracy on other pictures. */
export async function trainBars(log: (line: string) => void) {
  await registerSimdBackend(); // or with { threads: 4 }; as many as there are cores otherwise
  await setBackend('simd');

  const [seen, unseen] = [drawBars(512, 'seen'), drawBars(128, 'unseen')];
  const model = createModel();
  const losses: number[] = [];
  const start = util.now();
  await model.fit(seen.x, seen.y, {
    epochs: 5,
    batchSize: 32,
    shuffle: false,
    callbacks: {
      onEpochEnd: async (epoch: number, logs?: Logs) => {
        losses.push(logs!.loss!);
        log(`epoch ${epoch + 1}: loss ${logs!.loss!.toFixed(4)}`);
      },
    },
  });
  const [, accuracy] = model.evaluate(unseen.x, unseen.y) as Tensor[];
  const [value] = await accuracy!.data();
  log(`accuracy on other pictures: ${(100 * value!).toFixed(1)} %, after ${Math.round(util.now() - start)} ms`);
  return { losses, accuracy: value! };
}
